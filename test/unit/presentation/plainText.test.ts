import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  toHtmlText,
  toMessageText,
  toPickText,
  toPlainBlock,
  toPlainLine,
} from '../../../src/presentation/plainText.ts';

describe('plain text', () => {
  it('toPlainLine makes one line without anything that controls a terminal', () => {
    assert.equal(toPlainLine('a\tb\r\n c  d '), 'a b c d');
    assert.equal(toPlainLine('\u001b[31mred'), '⟨U+001B⟩[31mred');
    assert.equal(toPlainLine('exe.\u202egnp'), 'exe.⟨U+202E⟩gnp');
    assert.equal(toPlainLine('a\u200bb\u2066c'), 'a⟨U+200B⟩b⟨U+2066⟩c');
    assert.equal(toPlainLine('日本 🧵 é'), '日本 🧵 é');
  });

  it('toPlainLine shortens without cutting a character in half', () => {
    assert.equal(toPlainLine('x'.repeat(10), 5), 'xxxx…');
    assert.equal(toPlainLine('🧵🧵🧵', 4), '🧵…');
  });

  it('toPlainLine never lets a control or a lone surrogate through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = toPlainLine(text);

        assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
        assert.ok(Buffer.from(line, 'utf8').toString('utf8') === line);
      }),
    );
  });

  it('toPlainBlock keeps lines and tabs only', () => {
    assert.equal(toPlainBlock('a\n\tb\r\nc\u0007'), 'a\n\tb\nc⟨U+0007⟩');
  });

  it('toPickText leaves no icon, toMessageText no link and no address', () => {
    assert.equal(toPickText('$(zap) x'), '\\$(zap) x');
    assert.doesNotMatch(
      toMessageText('[x](command:y) $(zap) https://e.example'),
      /\]\(|\$\(|:\/\//,
    );
  });

  it('toHtmlText leaves no markup', () => {
    assert.equal(
      toHtmlText(`<img src=x onerror='a("b")'>&`),
      '&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;',
    );
  });
});
