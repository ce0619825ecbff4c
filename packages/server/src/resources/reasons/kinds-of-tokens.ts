// Reasons: what was sent is not an access token that the API can read, or was sent in a way that loses it.

export const kindReasons = {
  no_token: {
    title: 'There is no token in the request',
    means: 'The API needs an access token and the request has no Authorization header, or it was lost on the way.',
    todo: [
      'Send the header `Authorization: Bearer TOKEN`.',
      'If the client does, look for a proxy or a redirect to another host that drops the header.',
    ],
  },
  cors_preflight: {
    title: 'A CORS preflight was asked for a token',
    means: 'A browser asks with OPTIONS before the real call, and never puts a token into that question.',
    todo: ['Let the API answer OPTIONS before it checks tokens: register the CORS handler first.'],
  },
  wrong_scheme: {
    title: 'The Authorization header does not say Bearer',
    means: 'The header has another scheme, such as Basic or Token.',
    todo: ['Send `Authorization: Bearer TOKEN`.'],
  },
  dpop_scheme: {
    title: 'The token was sent with DPoP',
    means: 'The client proves possession of a key (DPoP), and this API takes plain Bearer tokens.',
    todo: ['Switch DPoP off in the client for this API.'],
  },
  no_scheme: {
    title: 'The word Bearer is missing',
    means: 'The Authorization header holds the token alone.',
    todo: ['Send `Authorization: Bearer TOKEN`, with one space between.'],
  },
  scheme_twice: {
    title: 'The word Bearer stands there twice',
    means: 'Two parts of the client put the scheme in front of the token.',
    todo: ['Add `Bearer ` in one place only: the HTTP library probably does it already.'],
  },
  several_tokens: {
    title: 'The request carries more than one token',
    means: 'A token was sent twice, for example in two headers, or in a header and in the body.',
    todo: ['Send one Authorization header, and the token nowhere else.'],
  },
  token_in_query: {
    title: 'The token was sent in the URL',
    means: 'URLs end up in logs, histories and Referer headers, so the API does not look for tokens there.',
    todo: ['Send the token in the Authorization header.', 'Treat the token of that URL as known to others.'],
  },
  illegal_characters: {
    title: 'The token holds characters that no token has',
    means: 'Quotation marks, white space, braces or a line break came along with the token.',
    todo: [
      'Send the value of `access_token` itself, not its JSON text.',
      'Look for a template that was not filled in, and for a line break that was copied.',
    ],
  },
  not_only_the_token: {
    title: 'More than the token was sent',
    means: 'The token stands inside of something else: the whole answer of the token endpoint, a command, an address.',
    todo: ['Send the value of `access_token` alone, behind the word Bearer.'],
  },
  encoded_token: {
    title: 'The token was encoded once more',
    means:
      'Somebody encoded the token on the way: percent-encoding as in URLs, or Base64, as in a Kubernetes secret. A token is sent as it was received.',
    todo: ['Take the encoding away where it is added, or decode the value before it is sent.'],
  },
  not_a_token: {
    title: 'What was sent is no token',
    means:
      'It is something else: an id, a key, an address, claims that were taken out of a token, the message of an error.',
    todo: ['Get a token for the API, and send the `access_token` of the answer.'],
  },
  client_secret: {
    title: 'The secret of an application was sent as a token',
    means:
      'An application proves with its secret at the token endpoint who it is. APIs do not know it, and must never see it.',
    todo: [
      'Exchange it for a token at /oauth/token, and send the `access_token`.',
      'Rotate the secret: whoever got the request has it now.',
    ],
  },
  empty_token: {
    title: 'There is nothing behind the word Bearer',
    means: 'The client sent the header before it had a token.',
    todo: ['Wait for the token before calling the API.'],
  },
  placeholder_token: {
    title: 'A word was sent where the token should be',
    means:
      'The variable in the client was not set: it sent text such as `undefined`, `null` or `[object Object]`, or a template such as `{{token}}`.',
    todo: [
      'Wait for the promise that brings the token, and send its text.',
      'In a template or a shell: set the variable, and look whether the quotation marks let it be filled in.',
    ],
  },
  token_too_large: {
    title: 'The token is too large',
    means: 'The token is longer than the API reads.',
    todo: ['Put fewer permissions or claims into it.', 'Raise the limit in the API and in the web server before it.'],
  },
  malformed_token: {
    title: 'The token is cut off or damaged',
    means: 'What arrived is not the token that was issued: a part is missing, or it was encoded once more.',
    todo: [
      'Compare what the client received with what it sends, from the first character to the last.',
      'Look for what limits its length: a database column, a cookie of 4 kB, a copy by hand.',
    ],
  },
  opaque_token: {
    title: 'The token is an opaque text that nobody here knows',
    means: 'It is no JWT, and this server did not issue it or has forgotten it: an API cannot read it.',
    todo: [
      'Compare it with the access_token that the client received.',
      'Name the API in the request (`audience`), so that the answer is a JWT for it.',
    ],
  },
  no_audience_requested: {
    title: 'The token was asked for without an API',
    means:
      'The request named no audience, so the access token is an opaque text that is good at /userinfo only. An API cannot read it.',
    todo: [
      'Name the API in the request: `audience=IDENTIFIER` at /authorize, or at /oauth/token for a machine.',
      'In an SDK: `authorizationParams: { audience: "IDENTIFIER" }`.',
      'For clients that cannot do that, set the default audience of the tenant.',
    ],
  },
  refresh_token: {
    title: 'A refresh token was sent to an API',
    means: 'A refresh token is for the token endpoint alone. It buys access tokens, and no API accepts it.',
    todo: ['Exchange it at /oauth/token (grant_type=refresh_token).', 'Send the `access_token` of the answer.'],
  },
  authorization_code: {
    title: 'An authorization code was sent to an API',
    means: 'The code of a login buys tokens once, within five minutes. It is no token itself.',
    todo: ['Exchange it at /oauth/token (grant_type=authorization_code).', 'Send the `access_token` of the answer.'],
  },
  client_id: {
    title: 'The id of an application was sent as a token',
    means: 'A client id names an application to the server. It proves nothing.',
    todo: ['Get a token with it, at /oauth/token or by a login, and send the `access_token`.'],
  },
  id_token: {
    title: 'An ID token was sent to an API',
    means:
      'The ID token tells the application who signed in. It is not for APIs: its audience is the application, and it says nothing about what may be done.',
    todo: [
      'Send the `access_token` of the same answer instead.',
      'If that one is not a JWT, name the API in the request (`audience`).',
      'The application keeps the ID token for itself: for the name and the picture of the user.',
    ],
  },
  logout_token: {
    title: 'A logout token was sent to an API',
    means: 'It tells an application that a session ended, and opens nothing.',
    todo: ['Send an access token.'],
  },
  client_assertion: {
    title: 'A client assertion was sent to an API',
    means: 'The client signed it itself, to prove at the token endpoint who it is.',
    todo: ['Send it to /oauth/token as `client_assertion`, and the `access_token` of the answer to the API.'],
  },
  other_token_kind: {
    title: 'It is some other kind of token',
    means: 'Its header says what it is, and that is no access token.',
    todo: ['Send the `access_token` that was issued for this API.'],
  },
  no_client: {
    title: 'Nothing shows that it is an access token',
    means: 'It has neither the type of access tokens nor the name of the client it was issued to.',
    todo: ['Send a token that this server issued for the API.'],
  },
  wrong_dialect: {
    title: 'The token has another profile than the API takes',
    means: 'Access tokens come in two profiles, that of Auth0 and that of RFC 9068. The API takes the other one.',
    todo: ['Change the token dialect of the API at this server, or the option `dialect` in the API.'],
  },
  encrypted_token: {
    title: 'The token is encrypted',
    means:
      'Only who has the private key can read it. The API is set up to get encrypted tokens, and what checks them there does not decrypt; or it is the session cookie of an SDK.',
    todo: [
      'Let the API decrypt it with its private key, and check the JWT that is inside; or switch token encryption off for this API.',
      'If it is a session cookie, send the access token of the session instead.',
    ],
  },
} as const;
