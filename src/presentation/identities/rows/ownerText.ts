import type { Translate } from '../../agentWording.ts';
import { lastSegment } from '../../pathFolders.ts';
import { toPlainLine } from '../../plainText.ts';
import { leaseHolderText } from '../identityWords.ts';
import type { PlacedIdentity } from './placedIdentity.ts';

const maxOwnerLength = 80;

/** Who owns an agent, as rows say it. Undefined when nobody does. */
export function ownerText(
  { listed, goneOwner, heldIn }: Pick<PlacedIdentity, 'listed' | 'goneOwner' | 'heldIn'>,
  t: Translate,
): string | undefined {
  const { lease } = listed;
  if (lease === undefined) {
    if (goneOwner === undefined) return undefined;
    return t('its owner {0} is gone', toPlainLine(leaseHolderText(goneOwner, t), maxOwnerLength));
  }
  if (lease.isOurs) return t('this window');
  if (heldIn !== undefined) return t('this window, in {0}', toPlainLine(lastSegment(heldIn), 40));
  const holder = toPlainLine(leaseHolderText(lease.holder, t), maxOwnerLength);
  return lease.isHealthy ? holder : t('no answer from {0}', holder);
}
