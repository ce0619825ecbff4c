// @ts-check
// A machine that calls an API as itself: client credentials (RFC 6749 section 4.4), with nothing but fetch.

const {
  TOKEN_URL = 'http://localhost:4000/oauth/token',
  CLIENT_ID,
  CLIENT_SECRET,
  AUDIENCE = 'https://example.com/health-api',
  API_URL = 'http://localhost:4001/patients',
} = process.env;

/** @type {{ accessToken: string, goodUntil: number } | undefined} */
let kept;

/** An access token for the API. It is kept until shortly before its end: asking for one with each call would be slow and soon be limited. */
async function accessToken() {
  if (kept !== undefined && Date.now() < kept.goodUntil) return kept.accessToken;
  const response = await fetch(TOKEN_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      audience: AUDIENCE,
    }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`no token (${response.status} ${answer.error}): ${answer.error_description}`);
  kept = { accessToken: answer.access_token, goodUntil: Date.now() + (answer.expires_in - 60) * 1000 };
  return kept.accessToken;
}

async function callApi() {
  const response = await fetch(API_URL, { headers: { authorization: `Bearer ${await accessToken()}` } });
  if (response.status === 401) kept = undefined; // the API does not take this token any more: get another with the next call
  if (!response.ok)
    throw new Error(
      `refused (${response.status}): ${response.headers.get('www-authenticate') ?? (await response.text())}`,
    );
  return response.json();
}

try {
  if (!CLIENT_ID || !CLIENT_SECRET)
    throw new Error('CLIENT_ID and CLIENT_SECRET are missing: npm start prints them when it runs for the first time');
  console.log(JSON.stringify(await callApi(), null, 2));
} catch (error) {
  const reason =
    error instanceof TypeError && error.cause instanceof Error
      ? `${error.message}: ${error.cause.message}`
      : String(error);
  console.error(reason);
  process.exitCode = 1;
}
