import type * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';
import {
  toIdentityElement,
  type IdentityRef,
} from '../../presentation/identities/rows/identityElement.ts';
import { WebviewPages } from '../webviews/webviewPages.ts';
import { identityPageViewType } from './identityIds.ts';
import { IdentityPanel, type IdentityPanelOptions } from './identityPanel.ts';
import { parseIdentityPageState } from './page/identityPageMessage.ts';

export interface IdentityPanelsOptions extends Omit<IdentityPanelOptions, 'ref' | 'media'> {
  readonly context: Pick<vscode.ExtensionContext, 'extensionUri'>;
}

/** The pages of named agents. */
export class IdentityPanels implements Disposable {
  private readonly pages: WebviewPages<IdentityRef, IdentityPanel>;

  constructor(options: IdentityPanelsOptions) {
    this.pages = new WebviewPages({
      viewType: identityPageViewType,
      extensionUri: options.context.extensionUri,
      keyOf: toIdentityElement,
      titleOf: ({ identity }) => identity,
      parseState: parseIdentityPageState,
      open: (panel, opened) => new IdentityPanel(panel, { ...options, ...opened }),
    });
  }

  /** Shows the page of an agent, the same one as before when it is open already. */
  show(ref: IdentityRef): void {
    this.pages.show(ref);
  }

  dispose(): void {
    this.pages.dispose();
  }
}
