// The script of the page of a session: shows what the extension posts and reports what was clicked and
// put in. It keeps scroll position, open blocks, drafts and focus, and never builds markup itself.
(() => {
  'use strict';

  const vscode = acquireVsCodeApi();
  const main = document.getElementById('session');
  const list = document.getElementById('entries');
  const identity = JSON.parse(decodeURIComponent(main.dataset.state));
  const before = vscode.getState() ?? {};
  /** What somebody opened or closed, by key. */
  const folds = new Map(Array.isArray(before.folds) ? before.folds : []);
  const drafts = new Map(Array.isArray(before.drafts) ? before.drafts : []);
  /** Where to scroll once there is content; undefined from then on. */
  let wantedTop = typeof before.scrollTop === 'number' ? before.scrollTop : undefined;
  /** Whether entries were shown before. */
  let hasBegun = false;
  const slack = 40;

  const remember = () =>
    vscode.setState({
      ...identity,
      folds: [...folds],
      drafts: [...drafts],
      scrollTop: wantedTop ?? window.scrollY,
    });

  const isAtEnd = () =>
    window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - slack;

  const restore = (part) => {
    for (const block of part.querySelectorAll('details[data-key]')) {
      block.open = folds.get(block.dataset.key) ?? block.dataset.open === 'true';
    }
    for (const input of part.querySelectorAll('[data-draft]')) {
      const draft = drafts.get(input.dataset.draft);
      if (draft !== undefined) input.value = draft;
    }
  };

  /** A tool call that an open question shows is not shown a second time. */
  const hideAskedTools = () => {
    for (const each of list.querySelectorAll('.asked-about')) each.classList.remove('asked-about');
    for (const asked of list.querySelectorAll('.question.open [data-about]')) {
      document.getElementById(`entry-${asked.dataset.about}`)?.classList.add('asked-about');
    }
  };

  const openQuestion = () => [...list.querySelectorAll('.question.open')].at(-1);

  /** As little as brings it into view, below what stays in view at the top. */
  const scrollToQuestion = () => {
    const question = openQuestion();
    if (question === undefined) return false;
    const margin = 12;
    const first = (document.getElementById('part-status')?.offsetHeight ?? 0) + margin;
    const { top, bottom } = question.getBoundingClientRect();
    const below = bottom + margin - window.innerHeight;
    if (top < first || below > 0) window.scrollBy({ top: Math.min(top - first, below) });
    return true;
  };

  const goToQuestion = () => {
    scrollToQuestion();
    openQuestion()
      ?.querySelector('.actions button, textarea, input, select')
      ?.focus({ preventScroll: true });
  };

  /** Where somebody begins to read: at what is asked, at the latest of what goes on, else at the top. */
  const scrollToBegin = () => {
    if (scrollToQuestion()) return;
    const isOver = list.querySelector('.entry-end') !== null;
    if (!isOver) window.scrollTo({ top: document.documentElement.scrollHeight });
  };

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
    document.getElementById('placeholder')?.remove();
    keepingFocus(() => {
      for (const [id, markup] of Object.entries(parts)) {
        const part = document.getElementById(`part-${id}`);
        if (part === null) continue;
        part.innerHTML = markup;
        restore(part);
      }
    });
  };

  const putEntry = ({ id, markup }) => {
    const holder = document.createElement('template');
    holder.innerHTML = markup;
    const entry = holder.content.firstElementChild;
    if (entry === null) return;
    restore(entry);
    const known = document.getElementById(`entry-${id}`);
    if (known) known.replaceWith(entry);
    else list.append(entry);
  };

  const showEntries = ({ isAnew, removed, changed, isLast }) => {
    const wasAtEnd = isAtEnd();
    const asked = openQuestion()?.dataset.entry;
    keepingFocus(() => {
      if (isAnew) list.replaceChildren();
      for (const id of removed) document.getElementById(`entry-${id}`)?.remove();
      changed.forEach(putEntry);
      hideAskedTools();
    });
    if (!isLast) return;
    const isNewQuestion = openQuestion() !== undefined && openQuestion().dataset.entry !== asked;
    if (wantedTop !== undefined) window.scrollTo({ top: wantedTop });
    else if (!hasBegun) scrollToBegin();
    // Whoever reads further up stays there.
    else if (wasAtEnd && isNewQuestion) scrollToQuestion();
    else if (wasAtEnd) window.scrollTo({ top: document.documentElement.scrollHeight });
    wantedTop = undefined;
    hasBegun = true;
  };

  window.addEventListener('message', ({ data }) => {
    if (data?.kind === 'parts') showParts(data.parts);
    if (data?.kind === 'entries') showEntries(data);
    if (data?.kind === 'notTaken') putBack(data);
    const placeholder = document.getElementById('placeholder');
    if (data?.kind === 'placeholder' && placeholder) placeholder.textContent = data.text;
  });

  const setDraft = (input, text) => {
    input.value = text;
    drafts.set(input.dataset.draft, text);
    remember();
  };

  /** What was not taken is still there, unless something else was put in meanwhile. */
  const putBack = ({ draft, text }) => {
    const input = document.querySelector(`[data-draft="${draft}"]`);
    if (input?.value === '') setDraft(input, text);
  };

  const valueOf = (input) => {
    if (input.type === 'checkbox') return input.checked;
    if (!(input instanceof HTMLSelectElement)) return input.value;
    return [...input.selectedOptions].map(({ value }) => Number(value));
  };

  /** What was put in for one question; undefined where nothing was chosen. */
  const answerOf = (asked) => {
    const text = asked.querySelector('[data-text]');
    if (text) return { kind: 'text', text: text.value };
    const fields = [...asked.querySelectorAll('[data-field]')];
    if (fields.length > 0) {
      return {
        kind: 'fields',
        fields: fields.map((each) => ({ field: Number(each.dataset.field), value: valueOf(each) })),
      };
    }
    const chosen = asked.querySelector('input[type="radio"]:checked');
    return chosen ? { kind: 'option', option: Number(chosen.dataset.option) } : undefined;
  };

  const askedIn = (entry) => [
    ...document.querySelectorAll(`.question[data-entry="${entry}"] .asked`),
  ];

  const answer = (entry, answers) => {
    const missing = answers.indexOf(undefined);
    if (missing === -1) vscode.postMessage({ action: 'answer', entry: Number(entry), answers });
    else askedIn(entry)[missing]?.querySelector('input')?.focus();
  };

  const act = (button) => {
    const { action, entry, option, place, index } = button.dataset;
    switch (action) {
      case 'answer':
        return answer(entry, [{ kind: 'option', option: Number(option) }]);
      case 'send':
        return answer(entry, askedIn(entry).map(answerOf));
      case 'decline':
        return answer(
          entry,
          askedIn(entry).map(() => ({ kind: 'declined' })),
        );
      case 'goToQuestion':
        return goToQuestion();
      case 'followUp': {
        const input = document.getElementById('follow-up');
        const prompt = input?.value ?? '';
        if (prompt.trim() === '') return input?.focus();
        vscode.postMessage({ action, prompt });
        // The page of the new session covers this one, which hears nothing then.
        return setDraft(input, '');
      }
      case 'openFile':
      case 'showDiff':
        return vscode.postMessage({ action, place, index: Number(index) });
      default:
        return vscode.postMessage({ action });
    }
  };

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-action]') : null;
    if (button !== null) act(button);
  });

  document.addEventListener('input', ({ target }) => {
    const key = target instanceof HTMLElement ? target.dataset.draft : undefined;
    if (key === undefined) return;
    drafts.set(key, target.value);
    remember();
  });

  // As in other boxes for prompts: Ctrl+Enter sends.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    const { target } = event;
    if (!(target instanceof HTMLTextAreaElement)) return;
    const question = target.closest('.question');
    const button =
      target.id === 'follow-up'
        ? document.getElementById('action-followUp')
        : question?.querySelector('[data-action="send"]');
    button?.click();
  });

  // `toggle` does not bubble.
  document.addEventListener(
    'toggle',
    ({ target }) => {
      if (!(target instanceof HTMLDetailsElement) || !target.isConnected) return;
      const { key, open } = target.dataset;
      if (target.open === (open === 'true')) folds.delete(key);
      else folds.set(key, target.open);
      remember();
    },
    true,
  );
  window.addEventListener('scroll', remember, { passive: true });

  remember();
  vscode.postMessage({ action: 'ready' });
})();
