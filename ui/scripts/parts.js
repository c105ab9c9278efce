// The parts of the page as Gradio mounted them, and small helpers. Nothing in this folder builds
// markup from text: what becomes markup was escaped on the server.
export const root = document.documentElement;
export const wide = matchMedia('(min-width: 900px)');

export const part = (name) => window.kutipParts?.get(name);
export const element = (name) => part(name)?.element;
export const find = (selector) => document.querySelector(selector);

export function whenPart(name, run) {
  if (part(name)) run(part(name));
  document.addEventListener('kutip:part', (event) => event.detail === name && run(part(name)));
}

export function whenValue(name, run) {
  document.addEventListener('kutip:value', (event) => event.detail === name && run());
}

let known = { text: '', words: {} };

export function words() {
  const text = find('form.ask')?.dataset.words ?? '{}';
  if (text !== known.text) known = { text, words: JSON.parse(text) };
  return known.words;
}

// crypto.randomUUID is missing where a page did not come from this machine or by https.
export const token = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, '0')).join('');

export function say(text) {
  const status = find('form.ask [role=status]');
  if (status) status.textContent = text;
}

export function make(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}

// A short message that goes by itself; it is also said to screen readers.
let fading = 0;
export function toast(text) {
  let box = find('.kutip-toast');
  if (!box) {
    box = make('div', 'kutip-toast');
    document.body.append(box);
  }
  box.textContent = text;
  box.classList.add('shown');
  say(text);
  clearTimeout(fading);
  fading = setTimeout(() => box.classList.remove('shown'), 2500);
}

// Calls a function of the server; undefined where it could not be reached.
export async function call(name, wanted, data) {
  try {
    return await part(name).server[wanted](data);
  } catch (error) {
    console.warn(error);
    if (words().unreachable) toast(words().unreachable); // not while the page is being opened
    return undefined;
  }
}

export function fill(target, markup) {
  const holder = document.createElement('template');
  holder.innerHTML = markup;
  target.replaceChildren(holder.content);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure address, the way browsers had before.
    const area = make('textarea', 'unseen');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

export function download(text, name, type) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Puts values into the places {} of a phrase.
export const phrase = (text, ...values) => values.reduce((now, one) => now.replace('{}', one), text);

export const address = (hash) => `${location.origin}${location.pathname}#${hash}`;
