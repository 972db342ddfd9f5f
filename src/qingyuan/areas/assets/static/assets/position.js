// "Use my position" fills latitude and longitude of the form it stands in. The browser asks first.
for (const button of document.querySelectorAll("[data-use-position]")) {
  const form = button.form ?? button.closest("form");
  const said = form.querySelector("[data-position-said]");
  const tell = (text) => { if (said) said.textContent = text; };
  if (!("geolocation" in navigator)) { button.hidden = true; continue; }
  button.addEventListener("click", () => {
    button.disabled = true;
    tell(button.dataset.waiting);
    navigator.geolocation.getCurrentPosition((found) => {
      form.elements.latitude.value = found.coords.latitude.toFixed(6);
      form.elements.longitude.value = found.coords.longitude.toFixed(6);
      tell(button.dataset.found.replace("{m}", Math.round(found.coords.accuracy)));
      button.disabled = false;
    }, (error) => {
      tell(error.code === error.PERMISSION_DENIED ? button.dataset.denied : button.dataset.failed);
      button.disabled = false;
    }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 });
  });
}
