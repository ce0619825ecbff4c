// What the OpenAPI document says of our questions about tokens: what would be issued, and why.

import { tokenExplanation, tokenExplanationAsk, tokenPreview, tokenPreviewAsk } from '../../resources/index.ts';
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
