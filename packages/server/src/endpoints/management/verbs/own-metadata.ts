// Names and values of one's own on a session or a refresh token (auth0-behaviour SES-13): the body that sets them.

import { metadataTooBig } from '../../../resources/sessions.ts';
import { isObject } from '../../../schema/json.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { badBody, type Refused } from '../problem.ts';

const mostEntries = 25;
const mostText = 255;

/** The metadata that a body sets as `member`: they replace those before; `{}` and `null` take them away. */
export function metadataIn(
  body: Readonly<Record<string, unknown>>,
  member: string,
): Readonly<Record<string, string>> | undefined | Refused {
  const { [member]: given, ...others } = body;
  const [other] = Object.keys(others);
  if (other !== undefined)
    return badBody(
      payloadMessage(`Additional properties not allowed: ${other.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)}`),
    );
  if (given === null || (given === undefined && Object.keys(body).length === 0)) return undefined;
  if (!isObject(given)) return badBody(payloadMessage('Expected type object', member));
  const entries: [string, string][] = [];
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== 'string')
      return badBody(
        payloadMessage('Values are texts', `${member}.${key.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)}`),
      );
    if (key.length > mostText || value.length > mostText) return badBody(metadataTooBig);
    if (!/^[A-Za-z0-9_-]+$/.test(key))
      return badBody('Metadata keys may only include letters, numbers, underscores, or hyphens');
    entries.push([key, value]);
  }
  if (entries.length > mostEntries) return badBody(metadataTooBig);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
