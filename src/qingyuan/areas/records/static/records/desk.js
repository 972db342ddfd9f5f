// A signature is sent once: the button waits for the answer, which for hundreds of records takes seconds.
const form = document.getElementById("sign");
const button = form?.querySelector("button");
form?.addEventListener("submit", () => { button.disabled = true; button.setAttribute("aria-busy", "true"); });
window.addEventListener("pageshow", () => { if (button) { button.disabled = false; button.removeAttribute("aria-busy"); } });
// Work orders take the exceptions as their symptom, so that handling need not be typed as well.
const order = form?.querySelector("input[name=order]");
const handling = form?.querySelector("textarea[name=handling]");
function settle() { if (handling) handling.required = !order?.checked; }
order?.addEventListener("change", settle);
settle();
