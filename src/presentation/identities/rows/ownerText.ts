import type { Translate } from '../../agentWording.ts';
import { toPlainLine } from '../../plainText.ts';
import { leaseHolderText } from '../identityWords.ts';
import type { PlacedIdentity } from './placedIdentity.ts';

const maxOwnerLength = 80;

/** Who owns an agent, as rows say it. Undefined when nobody does. */
export function ownerText(
  { listed, goneOwner }: Pick<PlacedIdentity, 'listed' | 'goneOwner'>,
  t: Translate,
): string | undefined {
  const { lease } = listed;
  if (lease === undefined) {
    if (goneOwner === undefined) return undefined;
    return t('its owner {0} is gone', toPlainLine(leaseHolderText(goneOwner, t), maxOwnerLength));
  }
  if (lease.isOurs) return t('this window');
  const holder = toPlainLine(leaseHolderText(lease.holder, t), maxOwnerLength);
  return lease.isHealthy ? holder : t('{0}, who does not answer', holder);
}
