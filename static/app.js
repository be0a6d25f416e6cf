// The script of every page. All pages work without it.
document.documentElement.classList.add('js');
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Shows a message where flash messages are. It stays until it is dismissed.
const say = text => {
  const note = document.createElement('div');
  note.className = 'note bad';
  note.append(document.createElement('span'), document.createElement('p'), document.createElement('button'));
  const button = note.lastChild;
  note.children[1].textContent = text;
  button.className = 'btn s quiet';
  button.type = 'button';
  button.dataset.dismiss = '';
  button.textContent = 'Dismiss';
  $('#flash')?.replaceChildren(note);
};
addEventListener('click', event => {
  const button = event.target.closest('[data-dismiss]');
  if (!button) return;
  button.closest('.note').remove();
  $('#main')?.focus({ preventScroll: true });
});

// On a phone the side navigation scrolls sideways; the current page is scrolled into view.
addEventListener('DOMContentLoaded', () => {
  const [strip, here] = [$('.side .scroll-x'), $('.side [aria-current]')];
  if (here) strip.scrollLeft = here.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
});

// A button shows and hides a password. When the form is submitted, the password is hidden again.
const reveal = (button, shown) => {
  document.getElementById(button.dataset.reveal).type = shown ? 'text' : 'password';
  button.firstChild.textContent = shown ? 'Hide' : 'Show';
};
addEventListener('click', event => {
  const button = event.target.closest('[data-reveal]');
  if (button) reveal(button, button.firstChild.textContent === 'Show');
});
addEventListener('submit', event => $$('[data-reveal]', event.target).forEach(button => reveal(button, false)));

// Recovery codes: print and copy.
addEventListener('click', event => {
  if (event.target.closest('[data-print]')) print();
  const copy = event.target.closest('[data-copy]');
  if (!copy) return;
  const list = document.getElementById(copy.dataset.copy);
  getSelection().selectAllChildren(list);
  const text = $$('li', list).map(one => one.textContent).join('\n');
  navigator.clipboard?.writeText(text).then(() => { copy.lastChild.textContent = 'Copied'; }, () => {});
});

// A menu closes when the user clicks or focuses something else, or presses Escape, which moves the focus back to it.
const leave = inside => $$('.menu[open]').forEach(menu => { if (!menu.contains(inside)) menu.open = false; });
addEventListener('click', event => leave(event.target));
addEventListener('focusin', event => leave(event.target));
addEventListener('keydown', event => {
  const menu = event.key === 'Escape' && $('.menu[open]');
  if (!menu) return;
  menu.open = false;
  $('summary', menu).focus();
});

// The gallery: a thumbnail scrolls its picture into view, without scrolling the page.
const galleries = new WeakSet();
const mark = (gallery, number) => $$('.thumbs a', gallery).forEach((thumb, at) =>
  at === number ? thumb.setAttribute('aria-current', 'true') : thumb.removeAttribute('aria-current'));
const show = (strip, shot, behavior) => strip.scrollTo({ left: shot.offsetLeft - strip.offsetLeft, behavior });
const open = gallery => {
  const strip = $('.shots', gallery);
  if (!strip || galleries.has(gallery)) return;
  galleries.add(gallery);
  const shots = $$('.shot', strip);
  const chosen = $('.shot.chosen', strip);
  if (chosen && !location.hash) show(strip, chosen, 'instant');
  const seen = new IntersectionObserver(entries => {
    const entry = entries.find(one => one.isIntersecting);
    if (entry) mark(gallery, shots.indexOf(entry.target));
  }, { root: strip, threshold: 0.6 });
  shots.forEach(shot => seen.observe(shot));
};
const openAll = () => $$('.gallery').forEach(open);
addEventListener('DOMContentLoaded', openAll);
addEventListener('click', event => {
  const thumb = event.target.closest('.thumbs a');
  const shot = thumb && document.getElementById(thumb.hash.slice(1));
  if (!shot) return;
  event.preventDefault();
  show(shot.parentElement, shot, matchMedia('(prefers-reduced-motion:reduce)').matches ? 'instant' : 'smooth');
});

// A changed number in a list is saved at once, and a stepper's number after a short pause.
const resting = new WeakMap();
const saveSoon = (form, wait) => {
  clearTimeout(resting.get(form));
  resting.set(form, setTimeout(() => form.isConnected && form.requestSubmit(), wait));
};
addEventListener('submit', event => clearTimeout(resting.get(event.target)));
addEventListener('change', event => {
  const form = event.target.closest('[data-saves]');
  if (form) saveSoon(form, event.target.closest('.stepper') ? 400 : 50);
});

// A checkbox that selects all checkboxes of a list.
addEventListener('change', event => {
  const list = event.target.dataset?.tickAll;
  if (list) $$('[type=checkbox]', document.getElementById(list)).forEach(tick => { tick.checked = event.target.checked; });
});

// Quantity inputs: the buttons change the number and fire `change`; other code saves it.
const range = ({ least = 1, most = Infinity }) => [+least, +most];
const bounds = box => {
  const [least, most] = range(box.dataset);
  const number = parseInt($('input', box).value, 10) || least;
  $$('[data-step]', box).forEach(button => {
    button.setAttribute('aria-disabled', button.dataset.step < 0 ? number <= least : number >= most);
  });
};
addEventListener('click', event => {
  const button = event.target.closest('[data-step]');
  if (!button) return;
  event.preventDefault();
  const [box, input] = [button.parentElement, $('input', button.parentElement)];
  const [least, most] = range(box.dataset);
  const next = Math.max(least, Math.min(most, (parseInt(input.value, 10) || least) + +button.dataset.step));
  if (input.value === String(next)) return;
  input.value = next;
  bounds(box);
  input.dispatchEvent(new Event('change', { bubbles: true }));
});

// A product's form: shows the total of the current choices, and how many characters are left in a text field.
const sumUp = form => {
  const { price, symbol, decimals } = form.dataset;
  const extras = $$('[data-extra]', form).filter(one => one.value.trim()).map(one => +one.dataset.extra);
  const minor = extras.reduce((sum, extra) => sum + extra, +price) * Math.max(1, parseInt($('#quantity').value, 10) || 1);
  const places = { minimumFractionDigits: +decimals, maximumFractionDigits: +decimals };
  $('#live-total').textContent = symbol + (minor / 10 ** decimals).toLocaleString('en-US', places);
};
['input', 'change'].forEach(kind => addEventListener(kind, event => {
  const { target } = event;
  const form = target.closest?.('.buy-form');
  if (form) sumUp(form);
  if (form && target.id === 'quantity') bounds(target.parentElement);
  if (!target.dataset?.count) return;
  const left = target.dataset.count - [...target.value.trim()].length;
  document.getElementById(`${target.id}-count`).textContent = left < 0 ? `${-left} letters too many` : `${left} letters left`;
}));

// The checkout: after a change of country or delivery, the totals are loaded and replaced. The card fields stay as they
// are and are not sent.
let asked = 0;
addEventListener('change', async event => {
  const { target } = event;
  const form = target.closest?.('#pay');
  if (!form || !target.matches('[data-update],[type=radio]')) return;
  const turn = ++asked;
  const body = new FormData(form);
  for (const name of ['card_number', 'card_expiry', 'card_code']) body.delete(name);
  body.set('update', '1');
  const call = fetch('/checkout', { method: 'POST', body: new URLSearchParams(body) });
  const answer = await call.then(async answer => answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html')).catch(() => null);
  if (turn !== asked) return;
  if (!answer) return say('The new total could not be looked up. Look at your connection, then choose again.');
  // The new quote has errors: reload the whole page, which shows them.
  if (!$('#pay', answer)) return form.requestSubmit($('#update'));
  const parts = ['agreed', 'short-sum', 'sums', 'bought', 'pay-now'];
  if (target.id === 'country') parts.push('region-part', 'ways');
  for (const part of parts) document.getElementById(part).replaceChildren(...answer.getElementById(part).childNodes);
});

// htmx 4: marks the region that is loading as busy. A failed response is shown if it contains its own message;
// otherwise a message is shown here.
let before = 0;
const busy = new WeakMap();
addEventListener('htmx:before:request', event => {
  const { ctx } = event.detail;
  before = $('#grid, #rows')?.children.length ?? 0;
  busy.set(ctx, ctx.target);
  ctx.target?.setAttribute?.('aria-busy', 'true');
});
addEventListener('htmx:finally:request', event => busy.get(event.detail.ctx)?.removeAttribute?.('aria-busy'));
addEventListener('htmx:before:response', event => {
  const { status, headers } = event.detail.ctx.response;
  if (status < 400 || status === 422 || headers.get('HX-Retarget')) return;
  event.preventDefault();
  say('That did not work. The page is as it was; try again in a moment.');
});
addEventListener('htmx:error', event => {
  if (event.detail.ctx?.response === undefined) say('We could not be reached. Look at your connection, then try again.');
});

// If a swap removes the focused control, the focus moves to the new content.
addEventListener('htmx:after:swap', event => {
  openAll();
  if (event.detail.ctx?.target?.id === 'flash') return say($('#flash').textContent);
  if (document.activeElement && document.activeElement !== document.body) return;
  const target = event.detail.ctx?.target?.id;
  if (target === 'grid') $('#grid')?.children[before]?.querySelector('a:not([tabindex])')?.focus({ preventScroll: true });
  if (target === 'rows') $('#rows')?.children[before]?.querySelector('.what a.strong')?.focus({ preventScroll: true });
  if (target === 'results') $('#results')?.focus({ preventScroll: true });
  if (target === 'cart') ($('.undo .btn') ?? $('#cart-title'))?.focus({ preventScroll: true });
  if (target === 'buy') $('#problems')?.focus();
});

// The URL may have changed since the page was loaded; the color scheme form returns to the current one.
addEventListener('submit', event => {
  const next = event.target.matches('[action="/theme"]') && event.target.elements.next;
  if (next) next.value = location.pathname + location.search;
});

// The product editor: its buttons replace only their parts of the page, pictures are uploaded at once, and leaving with
// unsaved changes asks for confirmation.
let dirty = false;
const soil = (form = $('#editor')) => {
  dirty = true;
  form.classList.add('dirty');
  $('.dirty-word', form).textContent = 'Not saved yet';
};
const isEditor = element => element?.closest('#editor');
// The names of a picture's fields contain its position, which changes when cards are dragged or added.
const numberPictures = form => $$('.shot-card', form).forEach((card, position) => {
  for (const field of $$('[name^="pictures["]', card)) field.name = field.name.replace(/\d+/, position);
});
const redo = async (form, what, parts) => {
  numberPictures(form);
  const body = new FormData(form);
  body.delete('images');
  body.set('do', what);
  const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
  const answer = await fetch(form.getAttribute('action'), { method: 'POST', body, headers }).catch(() => null);
  if (!answer || !(answer.ok || answer.status === 422)) return say('That did not work. What you typed is still here; try again in a moment.');
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const focus = document.activeElement?.id;
  for (const part of parts.split(' ')) {
    const fresh = page.getElementById(part);
    if (fresh) document.getElementById(part).replaceWith(fresh);
  }
  soil();
  if (document.activeElement !== document.body) return;
  const control = focus && document.getElementById(focus);
  const next = control && !control.disabled ? control : $('input:not([type=hidden]), textarea, button:not(:disabled)', document.getElementById(parts.split(' ')[0]));
  next?.focus({ preventScroll: true });
};
addEventListener('submit', event => {
  const form = isEditor(event.target);
  const parts = event.submitter?.dataset.parts;
  if (!form) return;
  numberPictures(form);
  if (!parts) return void (dirty = false);
  event.preventDefault();
  redo(form, event.submitter.value, parts);
});
addEventListener('input', event => { if (isEditor(event.target)) soil(); });
addEventListener('change', event => {
  const { target } = event;
  if (!isEditor(target)) return;
  if (target.type === 'file') return send(target.form, target.files);
  const option = target.closest('.option-of');
  if (option && $$('.option-of .input').every(one => one.value.trim())) redo(target.form, 'table', 'table');
});
addEventListener('beforeunload', event => { if (dirty && $('#editor')) event.preventDefault(); });

// Uploads pictures one after the other, so that they keep their order. Each shows its progress.
const sendOne = (list, file) => new Promise(done => {
  const card = document.createElement('li');
  const bar = document.createElement('progress');
  card.className = 'shot-card going small';
  bar.className = 'meter';
  bar.setAttribute('aria-label', `Uploading ${file.name}`);
  card.append(file.name, bar);
  list.append(card);
  const data = new FormData();
  data.append('images', file);
  const call = new XMLHttpRequest();
  call.upload.onprogress = event => { [bar.max, bar.value] = [event.total, event.loaded]; };
  call.onloadend = () => {
    const taken = call.status === 200 || call.status === 422;
    const cards = new DOMParser().parseFromString(`<ol>${taken ? call.responseText : ''}</ol>`, 'text/html');
    card.replaceWith(...$$('li', cards));
    if (!taken) say(`“${file.name}” could not be sent. Try again in a moment.`);
    done($$('.note p', cards).map(note => note.textContent));
  };
  call.open('POST', '/dashboard/pictures');
  call.setRequestHeader('HX-Request', 'true');
  call.setRequestHeader('HX-Request-Type', 'partial');
  call.send(data);
});
const send = async (form, files) => {
  const wanted = [...files];
  $('#images').value = '';
  const refused = [];
  for (const file of wanted) refused.push(...await sendOne($('#shots'), file));
  $$('#shots .note').forEach(note => note.remove());
  await redo(form, 'upload', 'pictures table');
  if (refused.length) say(refused.join(' '));
};
for (const kind of ['dragover', 'dragleave', 'drop']) addEventListener(kind, event => {
  const zone = event.target.closest?.('.drop-zone');
  if (!zone || !event.dataTransfer.types.includes('Files')) return;
  event.preventDefault();
  zone.classList.toggle('over', kind === 'dragover');
  if (kind === 'drop') send(zone.closest('form'), event.dataTransfer.files);
});

// Pictures can also be reordered by dragging.
let held = null;
addEventListener('dragstart', event => {
  held = event.target.closest?.('.shot-card') ?? null;
  held?.classList.add('held');
});
addEventListener('dragover', event => {
  const over = held && event.target.closest('.shot-card');
  if (!over) return;
  event.preventDefault();
  if (over === held) return;
  const all = [...held.parentElement.children];
  over[all.indexOf(held) < all.indexOf(over) ? 'after' : 'before'](held);
});
addEventListener('dragend', () => {
  held?.classList.remove('held');
  if (held) redo(held.closest('form'), 'upload', 'pictures table');
  held = null;
});
