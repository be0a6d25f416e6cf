// The script of every page. All pages work without it.
document.documentElement.classList.add('js');
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const parsePage = html => new DOMParser().parseFromString(html, 'text/html');

// Shows a message where flash messages are. It stays until it is dismissed.
const announce = text => {
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
  const [strip, current] = [$('.side .scroll-x'), $('.side [aria-current]')];
  if (current) strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
});

// A button shows and hides a password. When the form is submitted, the password is hidden again.
const setPasswordVisible = (button, visible) => {
  document.getElementById(button.dataset.reveal).type = visible ? 'text' : 'password';
  button.firstChild.textContent = visible ? 'Hide' : 'Show';
};
addEventListener('click', event => {
  const button = event.target.closest('[data-reveal]');
  if (button) setPasswordVisible(button, button.firstChild.textContent === 'Show');
});
addEventListener('submit', event => {
  $$('[data-reveal]', event.target).forEach(button => setPasswordVisible(button, false));
});

// Recovery codes: print and copy.
addEventListener('click', event => {
  if (event.target.closest('[data-print]')) print();
  const copy = event.target.closest('[data-copy]');
  if (!copy) return;
  const list = document.getElementById(copy.dataset.copy);
  getSelection().selectAllChildren(list);
  const text = $$('li', list).map(item => item.textContent).join('\n');
  navigator.clipboard?.writeText(text).then(() => { copy.lastChild.textContent = 'Copied'; }, () => {});
});

// A menu closes when the user clicks or focuses something else, or presses Escape, which moves the focus back to it.
const closeMenus = target => $$('.menu[open]').forEach(menu => { if (!menu.contains(target)) menu.open = false; });
addEventListener('click', event => closeMenus(event.target));
addEventListener('focusin', event => closeMenus(event.target));
addEventListener('keydown', event => {
  const menu = event.key === 'Escape' && $('.menu[open]');
  if (!menu) return;
  menu.open = false;
  $('summary', menu).focus();
});

// The gallery: a thumbnail scrolls its picture into view, without scrolling the page.
const initializedGalleries = new WeakSet();
const markThumbnail = (gallery, current) => $$('.thumbs a', gallery).forEach((thumb, index) =>
  index === current ? thumb.setAttribute('aria-current', 'true') : thumb.removeAttribute('aria-current'));
const scrollToPicture = (strip, shot, behavior) => {
  strip.scrollTo({ left: shot.offsetLeft - strip.offsetLeft, behavior });
};
const initializeGallery = gallery => {
  const strip = $('.gallery-strip', gallery);
  if (!strip || initializedGalleries.has(gallery)) return;
  initializedGalleries.add(gallery);
  const shots = $$('.gallery-picture', strip);
  const chosen = $('.gallery-picture.chosen', strip);
  if (chosen && !location.hash) scrollToPicture(strip, chosen, 'instant');
  const observer = new IntersectionObserver(entries => {
    const entry = entries.find(candidate => candidate.isIntersecting);
    if (entry) markThumbnail(gallery, shots.indexOf(entry.target));
  }, { root: strip, threshold: 0.6 });
  shots.forEach(shot => observer.observe(shot));
};
const initializeGalleries = () => $$('.gallery').forEach(initializeGallery);
addEventListener('DOMContentLoaded', initializeGalleries);
addEventListener('click', event => {
  const thumb = event.target.closest('.thumbs a');
  const shot = thumb && document.getElementById(thumb.hash.slice(1));
  if (!shot) return;
  event.preventDefault();
  const reducedMotion = matchMedia('(prefers-reduced-motion:reduce)').matches;
  scrollToPicture(shot.parentElement, shot, reducedMotion ? 'instant' : 'smooth');
});

// A changed number in a list is saved at once, and a stepper's number after a short pause.
const saveTimers = new WeakMap();
const saveAfter = (form, delay) => {
  clearTimeout(saveTimers.get(form));
  saveTimers.set(form, setTimeout(() => form.isConnected && form.requestSubmit(), delay));
};
addEventListener('submit', event => clearTimeout(saveTimers.get(event.target)));
addEventListener('change', event => {
  const form = event.target.closest('[data-autosave]');
  if (form) saveAfter(form, event.target.closest('.stepper') ? 400 : 50);
});

// A checkbox that selects all checkboxes of a list.
addEventListener('change', event => {
  const list = event.target.dataset?.selectAll;
  if (!list) return;
  for (const checkbox of $$('[type=checkbox]', document.getElementById(list))) checkbox.checked = event.target.checked;
});

// Quantity inputs: the buttons change the number and fire `change`; other code saves it.
const range = ({ min = 1, max = Infinity }) => [+min, +max];
const updateStepButtons = stepper => {
  const [min, max] = range(stepper.dataset);
  const number = parseInt($('input', stepper).value, 10) || min;
  $$('[data-step]', stepper).forEach(button => {
    button.setAttribute('aria-disabled', button.dataset.step < 0 ? number <= min : number >= max);
  });
};
addEventListener('click', event => {
  const button = event.target.closest('[data-step]');
  if (!button) return;
  event.preventDefault();
  const [stepper, input] = [button.parentElement, $('input', button.parentElement)];
  const [min, max] = range(stepper.dataset);
  const next = Math.max(min, Math.min(max, (parseInt(input.value, 10) || min) + +button.dataset.step));
  if (input.value === String(next)) return;
  input.value = next;
  updateStepButtons(stepper);
  input.dispatchEvent(new Event('change', { bubbles: true }));
});

// A product's form: shows the total of the current choices, and how many characters are left in a text field.
const updateTotal = form => {
  const { price, symbol, decimals } = form.dataset;
  const extras = $$('[data-extra]', form).filter(input => input.value.trim()).map(input => +input.dataset.extra);
  const quantity = Math.max(1, parseInt($('#quantity').value, 10) || 1);
  const cents = extras.reduce((sum, extra) => sum + extra, +price) * quantity;
  const digits = { minimumFractionDigits: +decimals, maximumFractionDigits: +decimals };
  $('#live-total').textContent = symbol + (cents / 10 ** decimals).toLocaleString('en-US', digits);
};
const characters = count => `${count} ${count === 1 ? 'character' : 'characters'}`;
['input', 'change'].forEach(type => addEventListener(type, event => {
  const { target } = event;
  const form = target.closest?.('.buy-form');
  if (form) updateTotal(form);
  if (form && target.id === 'quantity') updateStepButtons(target.parentElement);
  if (!target.dataset?.count) return;
  const left = target.dataset.count - [...target.value.trim()].length;
  const text = left < 0 ? `${characters(-left)} over the limit` : `${characters(left)} left`;
  document.getElementById(`${target.id}-count`).textContent = text;
}));

// The checkout: after a change of country or delivery, the totals are loaded and replaced. The card fields stay as they
// are and are not sent.
let latestUpdate = 0;
addEventListener('change', async event => {
  const { target } = event;
  const form = target.closest?.('#pay');
  if (!form || !target.matches('[data-update],[type=radio]')) return;
  const update = ++latestUpdate;
  const body = new FormData(form);
  for (const name of ['card_number', 'card_expiry', 'card_code']) body.delete(name);
  body.set('update', '1');
  const request = fetch('/checkout', { method: 'POST', body: new URLSearchParams(body) });
  const page = await request.then(async response => response.ok && parsePage(await response.text())).catch(() => null);
  if (update !== latestUpdate) return;
  if (!page) return announce('The total could not be updated. Check your connection, then choose again.');
  // The new quote has errors: reload the whole page, which shows them.
  if (!$('#pay', page)) return form.requestSubmit($('#update'));
  const parts = ['quote-fields', 'short-summary', 'totals', 'order-items', 'pay-now'];
  if (target.id === 'country') parts.push('region-part', 'delivery-options');
  for (const part of parts) document.getElementById(part).replaceChildren(...page.getElementById(part).childNodes);
});

// htmx 4: marks the region that is loading as busy. A failed response is shown if it contains its own message;
// otherwise a message is shown here.
let rowsBefore = 0;
const busyRegions = new WeakMap();
addEventListener('htmx:before:request', event => {
  const { ctx } = event.detail;
  rowsBefore = $('#grid, #rows')?.children.length ?? 0;
  busyRegions.set(ctx, ctx.target);
  ctx.target?.setAttribute?.('aria-busy', 'true');
});
addEventListener('htmx:finally:request', event => {
  busyRegions.get(event.detail.ctx)?.removeAttribute?.('aria-busy');
});
addEventListener('htmx:before:response', event => {
  const { status, headers } = event.detail.ctx.response;
  if (status < 400 || status === 422 || headers.get('HX-Retarget')) return;
  event.preventDefault();
  announce('Something went wrong. The page was not updated. Try again in a moment.');
});
addEventListener('htmx:error', event => {
  if (event.detail.ctx?.response !== undefined) return;
  announce('The server could not be reached. Check your connection and try again.');
});

// If a swap removes the focused control, the focus moves to the new content.
addEventListener('htmx:after:swap', event => {
  initializeGalleries();
  if (event.detail.ctx?.target?.id === 'flash') return announce($('#flash').textContent);
  if (document.activeElement && document.activeElement !== document.body) return;
  const target = event.detail.ctx?.target?.id;
  const focus = element => element?.focus({ preventScroll: true });
  if (target === 'grid') focus($('#grid')?.children[rowsBefore]?.querySelector('a:not([tabindex])'));
  if (target === 'rows') focus($('#rows')?.children[rowsBefore]?.querySelector('.row-main a.strong'));
  if (target === 'results') focus($('#results'));
  if (target === 'cart') focus($('.undo .btn') ?? $('#cart-title'));
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
const markDirty = (form = $('#editor')) => {
  dirty = true;
  form.classList.add('dirty');
  $('.save-state', form).textContent = 'Unsaved changes';
};
const editorOf = element => element?.closest('#editor');
// The names of a picture's fields contain its position, which changes when cards are dragged or added.
const numberPictures = form => $$('.picture-card', form).forEach((card, position) => {
  for (const field of $$('[name^="pictures["]', card)) field.name = field.name.replace(/\d+/, position);
});
const reloadParts = async (form, command, parts) => {
  numberPictures(form);
  const body = new FormData(form);
  body.delete('images');
  body.set('do', command);
  const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
  const response = await fetch(form.getAttribute('action'), { method: 'POST', body, headers }).catch(() => null);
  if (!response || !(response.ok || response.status === 422)) {
    return announce('The form could not be updated. Your changes are still here. Try again in a moment.');
  }
  const page = parsePage(await response.text());
  const focusedId = document.activeElement?.id;
  for (const part of parts.split(' ')) {
    const replacement = page.getElementById(part);
    if (replacement) document.getElementById(part).replaceWith(replacement);
  }
  markDirty();
  if (document.activeElement !== document.body) return;
  const control = focusedId && document.getElementById(focusedId);
  const firstPart = document.getElementById(parts.split(' ')[0]);
  const usable = control && !control.disabled;
  const next = usable ? control : $('input:not([type=hidden]), textarea, button:not(:disabled)', firstPart);
  next?.focus({ preventScroll: true });
};
addEventListener('submit', event => {
  const form = editorOf(event.target);
  const parts = event.submitter?.dataset.parts;
  if (!form) return;
  numberPictures(form);
  if (!parts) return void (dirty = false);
  event.preventDefault();
  reloadParts(form, event.submitter.value, parts);
});
addEventListener('input', event => { if (editorOf(event.target)) markDirty(); });
addEventListener('change', event => {
  const { target } = event;
  if (!editorOf(target)) return;
  if (target.type === 'file') return uploadAll(target.form, target.files);
  const option = target.closest('.product-option');
  const complete = option && $$('.product-option .input').every(input => input.value.trim());
  if (complete) reloadParts(target.form, 'table', 'table');
});
addEventListener('beforeunload', event => { if (dirty && $('#editor')) event.preventDefault(); });

// Uploads pictures one after the other, so that they keep their order. Each shows its progress.
const upload = (list, file) => new Promise(resolve => {
  const card = document.createElement('li');
  const bar = document.createElement('progress');
  card.className = 'picture-card uploading small';
  bar.className = 'meter';
  bar.setAttribute('aria-label', `Uploading ${file.name}`);
  card.append(file.name, bar);
  list.append(card);
  const data = new FormData();
  data.append('images', file);
  const request = new XMLHttpRequest();
  request.upload.onprogress = event => { [bar.max, bar.value] = [event.total, event.loaded]; };
  request.onloadend = () => {
    const handled = request.status === 200 || request.status === 422;
    const cards = parsePage(`<ol>${handled ? request.responseText : ''}</ol>`);
    const refused = $$('.note p', cards).map(note => note.textContent);
    card.replaceWith(...$$('li', cards));
    if (!handled) announce(`“${file.name}” could not be uploaded. Check your connection and try again.`);
    resolve(refused);
  };
  request.open('POST', '/dashboard/pictures');
  request.setRequestHeader('HX-Request', 'true');
  request.setRequestHeader('HX-Request-Type', 'partial');
  request.send(data);
});
const uploadAll = async (form, files) => {
  const selected = [...files];
  $('#images').value = '';
  const refused = [];
  for (const file of selected) refused.push(...await upload($('#picture-list'), file));
  $$('#picture-list .note').forEach(note => note.remove());
  await reloadParts(form, 'upload', 'pictures table');
  if (refused.length) announce(refused.join(' '));
};
for (const type of ['dragover', 'dragleave', 'drop']) addEventListener(type, event => {
  const zone = event.target.closest?.('.drop-zone');
  if (!zone || !event.dataTransfer.types.includes('Files')) return;
  event.preventDefault();
  zone.classList.toggle('over', type === 'dragover');
  if (type === 'drop') uploadAll(zone.closest('form'), event.dataTransfer.files);
});

// Pictures can also be reordered by dragging.
let dragged = null;
addEventListener('dragstart', event => {
  dragged = event.target.closest?.('.picture-card') ?? null;
  dragged?.classList.add('dragged');
});
addEventListener('dragover', event => {
  const over = dragged && event.target.closest('.picture-card');
  if (!over) return;
  event.preventDefault();
  if (over === dragged) return;
  const cards = [...dragged.parentElement.children];
  over[cards.indexOf(dragged) < cards.indexOf(over) ? 'after' : 'before'](dragged);
});
addEventListener('dragend', () => {
  dragged?.classList.remove('dragged');
  if (dragged) reloadParts(dragged.closest('form'), 'upload', 'pictures table');
  dragged = null;
});
