// The script of the page of an agent: shows what the extension posts and reports what was clicked and put
// in. It keeps scroll position, drafts and focus, and never builds markup itself.
(() => {
  'use strict';

  const vscode = acquireVsCodeApi();
  const main = document.getElementById('identity');
  const identity = JSON.parse(decodeURIComponent(main.dataset.state));
  const before = vscode.getState() ?? {};
  let draft = typeof before.draft === 'string' ? before.draft : '';
  /** Where to scroll once there is content; undefined from then on. */
  let wantedTop = typeof before.scrollTop === 'number' ? before.scrollTop : undefined;

  const remember = () =>
    vscode.setState({ ...identity, draft, scrollTop: wantedTop ?? window.scrollY });

  const messageBox = () => document.getElementById('message');

  /** Does something to the content; what had the focus has it afterwards, if it is still there. */
  const keepingFocus = (work) => {
    const { activeElement } = document;
    const focusedId = activeElement?.id ?? '';
    const selection =
      activeElement instanceof HTMLTextAreaElement
        ? [activeElement.selectionStart, activeElement.selectionEnd]
        : undefined;
    work();
    if (focusedId === '' || document.activeElement === activeElement) return;
    const next = document.getElementById(focusedId);
    next?.focus({ preventScroll: true });
    if (selection && next instanceof HTMLTextAreaElement) next.setSelectionRange(...selection);
  };

  const showParts = (parts) => {
    const placeholder = document.getElementById('placeholder');
    if (placeholder) placeholder.hidden = true;
    keepingFocus(() => {
      for (const [id, markup] of Object.entries(parts)) {
        const part = document.getElementById(`part-${id}`);
        if (part !== null) part.innerHTML = markup;
      }
      const box = messageBox();
      if (box && 'composer' in parts) box.value = draft;
    });
    if (wantedTop !== undefined) window.scrollTo({ top: wantedTop });
    wantedTop = undefined;
  };

  const showPlaceholder = (text) => {
    for (const part of document.querySelectorAll('.part')) part.replaceChildren();
    const placeholder = document.getElementById('placeholder');
    if (placeholder === null) return;
    placeholder.hidden = false;
    placeholder.textContent = text;
  };

  const setDraft = (text) => {
    draft = text;
    const box = messageBox();
    if (box) box.value = text;
    remember();
  };

  window.addEventListener('message', ({ data }) => {
    if (data?.kind === 'parts') showParts(data.parts);
    if (data?.kind === 'placeholder') showPlaceholder(data.text);
    // What was not taken is still there, unless something else was put in meanwhile.
    if (data?.kind === 'notTaken' && draft === '') setDraft(data.text);
  });

  const act = ({ dataset: { action, peer, session } }) => {
    if (action !== 'send') return vscode.postMessage({ action, peer, session });
    const text = messageBox()?.value ?? '';
    if (text.trim() === '') return messageBox()?.focus();
    vscode.postMessage({ action, text });
    return setDraft('');
  };

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-action]') : null;
    if (button !== null) act(button);
  });

  document.addEventListener('input', ({ target }) => {
    if (target !== messageBox()) return;
    draft = target.value;
    remember();
  });

  // As in other boxes for prompts: Ctrl+Enter sends.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    if (event.target === messageBox()) document.getElementById('action-send')?.click();
  });
  window.addEventListener('scroll', remember, { passive: true });

  remember();
  vscode.postMessage({ action: 'ready' });
})();
