// What the OpenAPI document says of our questions about tokens: what would be issued, and why.

import { tokenPreview, tokenPreviewAsk } from '../../resources/index.ts';
import { operation, pathTemplate, reference, schemaName, schemasOf } from '../../schema/openapi.ts';

const previewName = schemaName(tokenPreview.name);

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
};

/** Schemas of what may be asked (`...Create`) and of what is answered. */
export const tokenSchemas = { ...schemasOf(tokenPreviewAsk), ...schemasOf(tokenPreview) };
