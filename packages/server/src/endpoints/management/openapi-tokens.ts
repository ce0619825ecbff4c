// What the OpenAPI document says of our questions about tokens: what would be issued, and why.

import {
  previewNeeds,
  tokenExplanation,
  tokenExplanationAsk,
  tokenPreview,
  tokenPreviewAsk,
} from '../../resources/index.ts';
import { operation, pathTemplate, reference, schemaName, schemasOf } from '../../schema/openapi.ts';

const previewName = schemaName(tokenPreview.name);
const explanationName = schemaName(tokenExplanation.name);

/** Paths by their templates. */
export const tokenPaths = {
  [pathTemplate(tokenPreview.path)]: {
    post: operation({
      summary: 'Preview the tokens of a grant',
      tag: 'tokens',
      needs: [['read:token_previews']],
      needsWith: previewNeeds,
      body: reference(`${previewName}Create`),
      status: 200,
      answer: reference(previewName),
      errors: [404],
    }),
  },
  [pathTemplate(tokenExplanation.path)]: {
    post: operation({
      summary: 'Explain why an API refuses a token',
      tag: 'tokens',
      needs: [['read:token_explanations']],
      instead: {
        apiCredential: 'An API asks about what was sent to itself with its own credential, in place of a token.',
      },
      body: reference(`${explanationName}Create`),
      status: 200,
      answer: reference(explanationName),
      errors: [413, 429],
    }),
  },
};

/** Schemas of what may be asked (`...Create`) and of what is answered. */
export const tokenSchemas = {
  ...schemasOf(tokenPreviewAsk),
  ...schemasOf(tokenPreview),
  ...schemasOf(tokenExplanationAsk),
  ...schemasOf(tokenExplanation),
};

/** How an API says who it is. */
export const apiCredentialScheme = {
  apiCredential: {
    type: 'http',
    scheme: 'basic',
    description:
      'Client id and secret of a client that stands for an API (`app_type` `resource_server`), RFC 6749 §2.3.1',
  },
};
