// The script of the details page: shows the parts that the extension posts and reports what was
// clicked. It keeps scroll position, open blocks and focus, and never builds markup itself.
(() => {
  'use strict';

  const vscode = acquireVsCodeApi();
  const main = document.getElementById('agent');
  const remembered = vscode.getState() ?? {};
  const identity = JSON.parse(decodeURIComponent(main.dataset.state));
  const openKeys = new Set(Array.isArray(remembered.openKeys) ? remembered.openKeys : []);

  const remember = () =>
    vscode.setState({ ...identity, openKeys: [...openKeys], scrollTop: window.scrollY });

  const restoreOpen = (element) => {
    for (const block of element.querySelectorAll('details[data-key]')) {
      block.open = openKeys.has(block.dataset.key);
    }
  };

  const replacePart = (id, markup) => {
    const part = document.getElementById(`part-${id}`);
    if (part === null) return;
    const active = document.activeElement;
    const focusedId = part.contains(active) ? active.id : '';
    const inner = part.querySelector('#raw-text');
    const innerScroll = inner === null ? undefined : { top: inner.scrollTop, left: inner.scrollLeft };
    part.innerHTML = markup;
    restoreOpen(part);
    if (innerScroll !== undefined) part.querySelector('#raw-text')?.scrollTo(innerScroll);
    if (focusedId === '') return;
    // What had the focus may be gone, as a button is whose action is no longer possible.
    const next = document.getElementById(focusedId) ?? part.querySelector('button, summary');
    next?.focus({ preventScroll: true });
  };

  window.addEventListener('message', ({ data }) => {
    if (data?.kind !== 'parts') return;
    const scrollTop = window.scrollY;
    document.getElementById('placeholder')?.remove();
    for (const [id, markup] of Object.entries(data.parts)) replacePart(id, markup);
    window.scrollTo({ top: scrollTop });
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

  restoreOpen(main);
  window.scrollTo({ top: Number(remembered.scrollTop) || 0 });
  remember();
  vscode.postMessage({ action: 'ready' });
})();
