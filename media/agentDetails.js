// The script of the details page: shows the parts that the extension posts and reports what was
// clicked. It keeps scroll position, open blocks and focus, and never builds markup itself.
(() => {
  'use strict';

  const vscode = acquireVsCodeApi();
  const main = document.getElementById('agent');
  const identity = JSON.parse(decodeURIComponent(main.dataset.state));
  const before = vscode.getState() ?? {};
  const openKeys = new Set(Array.isArray(before.openKeys) ? before.openKeys : []);
  /** Where to scroll once there is content; undefined from then on. */
  let wantedTop = Number(before.scrollTop) || 0;

  const remember = () =>
    vscode.setState({
      ...identity,
      openKeys: [...openKeys],
      scrollTop: wantedTop ?? window.scrollY,
    });

  const restoreOpen = (part) => {
    for (const block of part.querySelectorAll('details[data-key]')) {
      block.open = openKeys.has(block.dataset.key);
    }
  };

  const replacePart = (id, markup) => {
    const part = document.getElementById(`part-${id}`);
    if (part === null) return;
    const focusedId = part.contains(document.activeElement) ? document.activeElement.id : '';
    const raw = part.querySelector('#raw-text');
    const rawPlace = raw && { top: raw.scrollTop, left: raw.scrollLeft };
    part.innerHTML = markup;
    restoreOpen(part);
    if (rawPlace) part.querySelector('#raw-text')?.scrollTo(rawPlace);
    if (focusedId === '') return;
    // What had the focus may be gone, as a button is whose action is no longer possible.
    const next = document.getElementById(focusedId) ?? part.querySelector('button, summary');
    next?.focus({ preventScroll: true });
  };

  const showParts = (parts) => {
    const top = wantedTop ?? window.scrollY;
    document.getElementById('placeholder')?.remove();
    for (const [id, markup] of Object.entries(parts)) replacePart(id, markup);
    window.scrollTo({ top });
    wantedTop = undefined;
  };

  window.addEventListener('message', ({ data }) => {
    if (data?.kind === 'parts') showParts(data.parts);
    const placeholder = document.getElementById('placeholder');
    if (data?.kind === 'placeholder' && placeholder) placeholder.textContent = data.text;
  });

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-action]') : null;
    if (button === null) return;
    vscode.postMessage({ action: button.dataset.action, sessionId: button.dataset.sessionId });
  });

  // `toggle` does not bubble.
  document.addEventListener(
    'toggle',
    ({ target }) => {
      if (!(target instanceof HTMLDetailsElement) || !target.isConnected) return;
      if (target.open) openKeys.add(target.dataset.key);
      else openKeys.delete(target.dataset.key);
      remember();
    },
    true,
  );
  window.addEventListener('scroll', remember, { passive: true });

  remember();
  vscode.postMessage({ action: 'ready' });
})();
