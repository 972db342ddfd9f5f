// What is typed and photographed lies in the browser's own database until the server has it, so that it survives a
// lost signal, a reload and a closed tab.
const NAME = "qingyuan-records";
let opened;

function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("drafts", { keyPath: "id" });
      asked.result.createObjectStore("files", { keyPath: "id" }).createIndex("draft", "draft");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

async function run(store, mode, act) {
  const base = await open();
  return new Promise((done, failed) => {
    const work = base.transaction(store, mode);
    const asked = act(work.objectStore(store));
    work.oncomplete = () => done(asked?.result);
    work.onerror = () => failed(work.error);
    work.onabort = () => failed(work.error);
  });
}

// A draft: {id, pairs: [[name, value]…], base: saved_at of the copy it began from, at, dirty}.
export const draftOf = (id) => run("drafts", "readonly", (store) => store.get(id));
export const keepDraft = (draft) => run("drafts", "readwrite", (store) => store.put(draft));
export const allDrafts = () => run("drafts", "readonly", (store) => store.getAll());

// A file: {id: draft + digest, draft, sha256, blob, kind, name, taken_at, latitude, longitude, accuracy}.
export const filesOf = (draft) => run("files", "readonly", (store) => store.index("draft").getAll(draft));
export const keepFile = (file) => run("files", "readwrite", (store) => store.put(file));
export const dropFile = (id) => run("files", "readwrite", (store) => store.delete(id));

export async function forget(id) {
  for (const file of await filesOf(id)) await dropFile(file.id);
  await run("drafts", "readwrite", (store) => store.delete(id));
}
