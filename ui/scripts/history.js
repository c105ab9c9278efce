// Conversations in this browser's storage: a list of them, and the records of each. Records are
// JSON from the server and go back to it to be shown, never into the page by themselves.
const LIST = 'kutip:talks';
const MOST = 50;
const TURNS = 200;
const key = (id) => `kutip:talk:${id}`;

function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function drop(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // storage is switched off: there is nothing to drop
  }
}

function write(name, value) {
  for (;;) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
      return;
    } catch {
      const talks = list();
      const oldest = talks.pop();
      if (!oldest || key(oldest.id) === name) return; // nothing to make room with
      drop(key(oldest.id));
      try {
        localStorage.setItem(LIST, JSON.stringify(talks));
      } catch {
        return;
      }
    }
  }
}

export function list() {
  const talks = read(LIST, []);
  return Array.isArray(talks) ? talks.filter((talk) => typeof talk?.id === 'string') : [];
}

export function records(id) {
  const kept = read(key(id), []);
  return Array.isArray(kept) ? kept.filter((record) => typeof record === 'string') : [];
}

export const fresh = () => crypto.getRandomValues(new Uint32Array(2)).join('-');

export function append(id, title, record) {
  write(key(id), [...records(id), record].slice(-TURNS));
  const before = list();
  const old = before.find((talk) => talk.id === id);
  const talk = { id, title: old?.title ?? title.slice(0, 120), at: Date.now() };
  const talks = [talk, ...before.filter((one) => one.id !== id)];
  for (const one of talks.splice(MOST)) drop(key(one.id));
  write(LIST, talks);
}

export function forget(id) {
  drop(key(id));
  write(LIST, list().filter((talk) => talk.id !== id));
}

export function forgetAll() {
  for (const talk of list()) drop(key(talk.id));
  drop(LIST);
}
