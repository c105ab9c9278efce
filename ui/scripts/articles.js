// The Articles page: the list with its facets, deleting with undo, and files given to the page.
import { call, element, fill, find, make, part, phrase, root, token, whenPart, whenValue, words }
  from './parts.js';
import { renew } from './narrowing.js';

const FACETS = ['query', 'language', 'source', 'year', 'topic'];
let wish = {};
let latest = 0;
let typing = 0;
const ticket = token();
const sending = new Map(); // files on their way: name, size, part sent, error
let queue = Promise.resolve();
let polling = 0;
let began = 0;

export function list(parameters) {
  wish = {};
  for (const name of FACETS) {
    const value = parameters.get(name);
    if (value) wish[name] = value;
  }
  const input = find('#kutip-find');
  if (input && document.activeElement !== input) input.value = wish.query ?? '';
  return browse();
}

async function browse(offset = 0) {
  const shelf = find('.shelf');
  if (!shelf) return;
  latest += 1;
  const mine = latest;
  shelf.setAttribute('aria-busy', 'true');
  const markup = await call('articles', 'browse', { ...wish, offset });
  if (mine !== latest) return;
  shelf.removeAttribute('aria-busy');
  if (markup?.said) return fill(shelf, markup.said);
  if (typeof markup !== 'string') return;
  if (!offset) return fill(shelf, markup);
  const more = make('div');
  fill(more, markup);
  const before = shelf.querySelectorAll('.articles > li').length;
  shelf.querySelector('.articles').append(...more.querySelectorAll('.articles > li'));
  shelf.querySelector('.more-rows')?.remove();
  const button = more.querySelector('.more-rows');
  if (button) shelf.append(button);
  shelf.querySelectorAll('.articles > li')[before]?.querySelector('.entry').focus();
}

function go(changes) {
  const next = { ...wish, ...changes };
  const parameters = new URLSearchParams(Object.entries(next).filter(([, value]) => value));
  location.hash = parameters.size ? `articles?${parameters}` : 'articles';
}

async function change(wanted, id) {
  const reply = await call('articles', wanted, { id });
  if (!reply) return;
  await browse();
  const line = make('div', reply.failed ? 'news failed' : 'news');
  fill(line, reply.said);
  find('.news')?.remove();
  find('.shelf').before(line);
  line.querySelector('button')?.focus();
  count();
}

async function count() {
  const reply = await call('articles', 'jobs', { ticket });
  const told = find('#kutip-header .count');
  if (reply?.count && reply.count !== told.textContent) {
    told.textContent = reply.count;
    welcome();
  }
  return reply;
}

// The first page explains itself while there are no articles, and then asks about some of them.
async function welcome() {
  const page = await call('header', 'furnish', {});
  if (page?.welcome) part('welcome').props.value = page.welcome;
  renew(page);
}

// Files

function send(file) {
  const entry = { name: file.name, size: file.size, part: 0, error: '' };
  sending.set(token(), entry);
  draw(known);
  queue = queue.then(() => put(file, entry)).then(follow);
}

function put(file, entry) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open('POST', `./kutip/upload?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('X-Kutip-Ticket', ticket);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = (event) => {
      entry.part = event.total ? event.loaded / event.total : 0;
      draw(known);
    };
    request.onloadend = () => {
      entry.part = 1;
      if (request.status === 202) entry.sent = true;
      else if (request.status === 413) entry.error = refusal(request) || words().file_failed;
      else entry.error = refusal(request) || words().unreachable;
      done();
    };
    request.send(file);
  });
}

function refusal(request) {
  try {
    return JSON.parse(request.responseText).message;
  } catch {
    return '';
  }
}

async function fetchAddress(input) {
  const address = input.value.trim();
  if (!address) return;
  if (!underWay()) began = Date.now();
  const reply = await call('articles', 'fetch', { ticket, address });
  if (!reply) return;
  if (reply.message) sending.set(token(), { name: address, error: reply.message });
  else input.value = '';
  await follow();
}

let known = [];

async function follow() {
  clearTimeout(polling);
  const reply = await count();
  if (!reply?.jobs) return;
  known = reply.jobs;
  draw(known, reply.speed);
  const going = known.some((job) => job.state === 'waiting' || job.state === 'reading');
  if (going) polling = setTimeout(follow, 500);
  else if (root.dataset.page === 'articles' && !underWay()) browse();
}

const pendingFiles = () => [...sending.values()].filter((entry) => !entry.sent);
const underWay = () => pendingFiles().some((entry) => !entry.error);

function draw(jobs, speed = '') {
  const rows = [
    ...jobs.map((job) => [job.name, job.state, job.said]),
    ...pendingFiles().map((entry) => [
      entry.name,
      entry.error ? 'failed' : 'sending',
      entry.error ? `${words().file_failed}: ${entry.error}`
        : entry.part ? phrase(words().uploading, Math.round(100 * entry.part)) : words().waiting,
    ]),
  ];
  const list = find('.jobs');
  list.replaceChildren(...rows.map(row));
  // What happens now is in sight, and what went wrong once all is done.
  const now = list.querySelector('.job.reading') ?? list.querySelector('.job.failed');
  if (now) list.scrollTop = now.offsetTop - list.offsetTop - list.clientHeight / 2;
  const done = rows.filter(([, state]) => state === 'done' || state === 'failed').length;
  const parts = [phrase(words().files_progress, done, rows.length), speed];
  if (done && done < rows.length) {
    const seconds = ((Date.now() - began) / 1000 / done) * (rows.length - done);
    parts.push(phrase(words().left, duration(seconds)));
  }
  const all = done === rows.length ? words().all_done : parts.filter(Boolean).join(' · ');
  find('.overall').textContent = all;
}

function duration(seconds) {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

function row([name, state, said]) {
  const item = make('li', `job ${state}`);
  const title = make('bdi', '', name);
  item.append(title, make('span', 'said', said));
  return item;
}

export function take(files) {
  if (!find('.adding') || !files.length) return;
  location.hash = 'articles';
  if (!underWay()) began = Date.now();
  for (const file of files) send(file);
}

async function seeds(button) {
  button.disabled = true;
  button.setAttribute('aria-busy', 'true');
  const reply = await call('articles', 'seeds', {});
  if (typeof reply?.said === 'string' && !reply.failed) location.reload();
  else button.disabled = false;
}

whenPart('articles', ({ element: own }) => {
  own.addEventListener('change', (event) => {
    if (event.target.matches('select')) go({ [event.target.name]: event.target.value });
    if (event.target.matches('[type=file]')) {
      take([...event.target.files]);
      event.target.value = '';
    }
  });
  own.addEventListener('input', (event) => {
    if (!event.target.matches('#kutip-find')) return;
    clearTimeout(typing);
    typing = setTimeout(() => go({ query: event.target.value.trim() }), 350);
  });
  own.addEventListener('submit', (event) => {
    event.preventDefault();
    if (event.target.matches('.by-address')) {
      fetchAddress(find('#kutip-address'));
      return;
    }
    clearTimeout(typing);
    go({ query: find('#kutip-find').value.trim() });
  });
  own.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.matches('.choose')) own.querySelector('[type=file]').click();
    else if (button.dataset.offset) browse(Number(button.dataset.offset));
    else if (button.dataset.remove) change('remove', button.dataset.remove);
    else if (button.dataset.restore) change('restore', button.dataset.restore);
    else if (button.matches('.clear')) {
      find('#kutip-find').value = '';
      location.hash = 'articles';
    }
  });
});
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('.seeds, .to-articles');
  if (button?.matches('.seeds')) seeds(button);
  else if (button) {
    location.hash = 'articles';
    find('#kutip-articles [type=file]')?.click(); // what the button says: choose them
  }
});
const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
document.addEventListener('dragover', (event) => {
  if (!carries(event) || !find('.adding')) return;
  event.preventDefault();
  root.classList.add('kutip-drop');
});
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) root.classList.remove('kutip-drop');
});
document.addEventListener('drop', (event) => {
  root.classList.remove('kutip-drop');
  if (!carries(event)) return;
  event.preventDefault();
  take([...event.dataTransfer.files]);
});
whenValue('articles', () => root.dataset.page === 'articles' && element('articles') && browse());
