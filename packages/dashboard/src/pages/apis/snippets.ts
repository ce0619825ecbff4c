// Code to paste: that calls an API with a token, and that protects one. Only values of this tenant are filled in.

import { shellWord, yamlText } from '../../parts/literals.ts';

export interface Values {
  readonly issuer: string;
  readonly audience: string;
  readonly scope: string;
  readonly clientId: string;
  /** Where the API listens. */
  readonly address: string;
  /** A live token, or the name of a variable. */
  readonly token: string;
}

export interface Snippet {
  readonly name: string;
  readonly code: (values: Values) => string;
}

const quoted = (text: string) => JSON.stringify(text);

/** Calls that carry an access token. */
export const calls: readonly Snippet[] = [
  {
    name: 'curl',
    code: ({ address, token }) => `curl ${shellWord(address)} \\\n  -H ${shellWord(`Authorization: Bearer ${token}`)}`,
  },
  {
    name: 'fetch',
    code: ({ address, token }) => `const response = await fetch(${quoted(address)}, {
  headers: { authorization: ${quoted(`Bearer ${token}`)} },
});
console.log(response.status, await response.json());`,
  },
  {
    name: 'Python',
    code: ({ address, token }) => `import requests

response = requests.get(
    ${quoted(address)},
    headers={"Authorization": ${quoted(`Bearer ${token}`)}},
)
print(response.status_code, response.json())`,
  },
  {
    name: 'Go',
    code: ({ address, token }) => `package main

import (
	"fmt"
	"io"
	"net/http"
)

func main() {
	request, _ := http.NewRequest("GET", ${quoted(address)}, nil)
	request.Header.Set("Authorization", ${quoted(`Bearer ${token}`)})
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	fmt.Println(response.Status, string(body))
}`,
  },
  {
    name: 'Java',
    code: ({ address, token }) => `import java.net.URI;
import java.net.http.*;

var request = HttpRequest.newBuilder(URI.create(${quoted(address)}))
    .header("Authorization", ${quoted(`Bearer ${token}`)})
    .build();
var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
System.out.println(response.statusCode() + " " + response.body());`,
  },
  {
    name: 'C#',
    code: ({ address, token }) => `using System.Net.Http.Headers;

using var client = new HttpClient();
client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ${quoted(token)});
var response = await client.GetAsync(${quoted(address)});
Console.WriteLine($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");`,
  },
];

/** How a machine gets its own token. The secret stays in the environment. */
export function tokenRequest({ issuer, audience, clientId }: Values): string {
  return `curl ${shellWord(`${issuer}oauth/token`)} \\
  -d grant_type=client_credentials \\
  -d ${shellWord(`client_id=${clientId}`)} \\
  -d client_secret=$CLIENT_SECRET \\
  --data-urlencode ${shellWord(`audience=${audience}`)}`;
}

const ours = ({ issuer, audience }: Values) => `const api = createApi({
  issuer: ${quoted(issuer)},
  audience: ${quoted(audience)},
  onRefusal: (refusal) => console.log(explainRefusal(refusal)),
});`;
const head = "import { createApi, explainRefusal, requireScopes } from '@countersign/api';";

/** Code that protects an API. */
export const protections: readonly Snippet[] = [
  {
    name: 'Express',
    code: (values) => `import express from 'express';
${head}
import { protect, tokenOf } from '@countersign/api/express';

${ours(values)}

const app = express();
app.get('/', protect(api, requireScopes(${quoted(values.scope)})), (request, response) => {
  response.json({ subject: tokenOf(request).subject });
});
app.listen(3000);`,
  },
  {
    name: 'Fastify',
    code: (values) => `import Fastify from 'fastify';
${head}
import { protect, tokenOf } from '@countersign/api/fastify';

${ours(values)}

const app = Fastify();
app.get('/', { onRequest: protect(api, requireScopes(${quoted(values.scope)})) }, (request) => {
  return { subject: tokenOf(request).subject };
});
await app.listen({ port: 3000 });`,
  },
  {
    name: 'Hono',
    code: (values) => `import { Hono } from 'hono';
${head}
import { protect } from '@countersign/api/hono';

${ours(values)}

const app = new Hono();
app.get('/', protect(api, requireScopes(${quoted(values.scope)})), (c) => c.json({ subject: c.get('auth').subject }));
export default app;`,
  },
  {
    name: 'FastAPI',
    code: ({ issuer, audience, scope }) => `# pip install fastapi "pyjwt[crypto]"
import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ISSUER = ${quoted(issuer)}
AUDIENCE = ${quoted(audience)}
keys = jwt.PyJWKClient(f"{ISSUER}.well-known/jwks.json")
bearer = HTTPBearer()

def token_with(scope: str):
    def check(credentials: HTTPAuthorizationCredentials = Depends(bearer)) -> dict:
        try:
            key = keys.get_signing_key_from_jwt(credentials.credentials)
            claims = jwt.decode(credentials.credentials, key.key, algorithms=["RS256"],
                                audience=AUDIENCE, issuer=ISSUER)
        except jwt.PyJWTError as error:
            raise HTTPException(401, str(error))
        if "azp" not in claims and "client_id" not in claims:
            raise HTTPException(401, "not an access token")
        if scope not in claims.get("scope", "").split():
            raise HTTPException(403, f"needs {scope}")
        return claims
    return check

app = FastAPI()

@app.get("/")
def read(claims: dict = Depends(token_with(${quoted(scope)}))):
    return {"subject": claims["sub"]}`,
  },
  {
    name: 'Spring',
    code: ({ issuer, audience, scope }) => `# application.yml
spring:
  security:
    oauth2:
      resourceserver:
        jwt:
          issuer-uri: ${yamlText(issuer)}
          audiences: ${yamlText(audience)}

// SecurityConfig.java
@Bean
SecurityFilterChain api(HttpSecurity http) throws Exception {
  return http
      .authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority(${quoted(`SCOPE_${scope}`)}))
      .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
      .build();
}`,
  },
  {
    name: 'ASP.NET',
    code: ({ issuer, audience, scope }) => `// dotnet add package Microsoft.AspNetCore.Authentication.JwtBearer
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication().AddJwtBearer(options =>
{
    options.Authority = ${quoted(issuer)};
    options.Audience = ${quoted(audience)};
    options.MapInboundClaims = false;${issuer.startsWith('http:') ? '\n    options.RequireHttpsMetadata = false;' : ''}
});
builder.Services.AddAuthorization();

var app = builder.Build();
app.MapGet("/", (HttpContext context) => new { subject = context.User.FindFirst("sub")?.Value })
    .RequireAuthorization(policy => policy.RequireAssertion(context =>
        context.User.FindFirst("scope")?.Value.Split(' ').Contains(${quoted(scope)}) == true));
app.Run();`,
  },
];
