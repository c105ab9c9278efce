// What can be done with an answer or a conversation: copy, link, judge, export, list, delete.
import { address, call, copy, download, element, find, make, root, toast, words } from './parts.js';
import { begin, resume, talkId } from './conversation.js';
import * as history from './history.js';

async function act(button) {
  const turn = button.closest('.turn');
  const record = turn?.dataset.record;
  if (!record) return;
  const wanted = button.dataset.action;
  if (wanted === 'link') {
    const { question, completed, generation } = JSON.parse(record);
    const asked = new URLSearchParams({ q: completed ?? question, g: generation });
    await copy(address(`ask?${asked}`));
    toast(words().link_copied);
  } else if (wanted === 'copy' || wanted === 'markdown') {
    const text = await call('form', 'take', { records: [record], form: wanted });
    if (typeof text !== 'string') return;
    await copy(text);
    toast(words().copied);
  } else {
    await judge(turn, button, record, wanted);
  }
}

async function judge(turn, button, record, rating) {
  const reply = await call('form', 'judge', { record, rating });
  if (!reply) return;
  for (const other of turn.querySelectorAll('.rating button')) {
    other.setAttribute('aria-pressed', String(other === button && reply.kept === true));
  }
  toast(reply.kept === true ? words().thanks : words().not_kept);
}

// The drawer with the conversations.

export function drawer(open) {
  const own = find('.drawer');
  if (!own) return;
  own.hidden = !open;
  root.classList.toggle('kutip-drawer', open);
  find('.talks').setAttribute('aria-expanded', String(open));
  if (open) {
    draw();
    own.querySelector('.fresh').focus();
  }
}

export function draw() {
  const own = find('.drawer');
  if (!own) return;
  const talks = history.list();
  own.querySelector('.none').hidden = talks.length > 0;
  for (const button of own.querySelectorAll('.drawer-foot button')) button.hidden = !talks.length;
  for (const name of ['.export-md', '.export-html']) {
    own.querySelector(name).hidden = talkId() === null;
  }
  own.querySelector('.talk-list').replaceChildren(...talks.map(entry));
}

function entry(talk) {
  const item = make('li');
  const open = make('button', 'talk', talk.title || words().untitled);
  open.type = 'button';
  open.dataset.talk = talk.id;
  open.title = talk.title;
  if (talk.id === talkId()) open.setAttribute('aria-current', 'true');
  const drop = make('button', 'drop');
  drop.type = 'button';
  drop.dataset.drop = talk.id;
  drop.setAttribute('aria-label', `${words().delete_conversation}: ${talk.title}`);
  item.append(open, drop);
  return item;
}

async function take(form) {
  const records = history.records(talkId());
  const text = await call('form', 'take', { records, form });
  if (typeof text !== 'string') return;
  const type = form === 'html' ? 'text/html' : 'text/markdown';
  download(text, form === 'html' ? 'kutip.html' : 'kutip.md', type);
}

// What cannot be undone takes a second click, soon after the first.
function forget(button) {
  if (button.textContent !== words().really_delete) {
    button.textContent = words().really_delete;
    setTimeout(() => { button.textContent = words().delete_all; }, 4000);
    return;
  }
  button.textContent = words().delete_all;
  history.forgetAll();
  begin();
  draw();
}

function chosen(button) {
  if (button.dataset.talk) {
    location.hash = `talk?id=${button.dataset.talk}`;
    resume(button.dataset.talk);
    drawer(false);
  } else if (button.dataset.drop) {
    history.forget(button.dataset.drop);
    if (button.dataset.drop === talkId()) begin();
    draw();
    find('.drawer .fresh').focus();
  } else if (button.matches('.fresh')) {
    location.hash = 'ask';
    begin();
    drawer(false);
    find('#kutip-question')?.focus();
  } else if (button.matches('.forget')) forget(button);
  else if (button.matches('.export-md')) take('md');
  else if (button.matches('.export-html')) take('html');
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button');
  const open = find('.drawer') && !find('.drawer').hidden;
  if (button?.matches('.talks')) drawer(!open);
  else if (button?.closest('.drawer')) chosen(button);
  else if (open && !event.target.closest?.('.drawer')) drawer(false);
  if (button?.dataset.action && element('form')) act(button);
});
document.addEventListener('kutip:talks', draw);
