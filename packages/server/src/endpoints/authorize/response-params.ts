// The parameters of an authorization response in both dialects: what an error says, and when the issuer is named.

import { namesIssuer, type TenantSettings } from '../../domain/tenants/settings.ts';
import type { AuthorizationRefusal } from '../../oauth/authorization-error.ts';
import type { AnswerDialect } from '../../web/answers.ts';
import type { ResponseParams } from './response-modes.ts';

export interface ResponseContext {
  readonly issuer: string;
  readonly settings: TenantSettings;
  readonly dialect: AnswerDialect;
}

function issuerParam({ issuer, settings }: ResponseContext): ResponseParams {
  return namesIssuer(settings) ? { iss: issuer } : {};
}

/** A success: what was issued, and the issuer. */
export function successParams(issued: ResponseParams, context: ResponseContext): ResponseParams {
  return { ...issued, ...issuerParam(context) };
}

/** An error (RFC 6749 §4.1.2.1). The `oidc` dialect keeps the description within the characters that the RFC allows. */
export function errorParams(
  { error, description }: AuthorizationRefusal,
  context: ResponseContext & { readonly state: string | undefined },
): ResponseParams {
  const strict = context.dialect === 'oidc' ? description.replace(/["\\]|[^\x20-\x7e]/g, "'") : description;
  return {
    error,
    error_description: strict,
    ...(context.state === undefined ? {} : { state: context.state }),
    ...issuerParam(context),
  };
}
