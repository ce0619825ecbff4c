// Code to paste that protects an API: it takes tokens of this issuer for this API, signed as the API's are, with the permission.

import { jsText, quoted, yamlText } from '../../parts/literals.ts';
import type { Snippet, Values } from './snippets.ts';

/** The name of the variable that holds the secret of an API whose tokens are signed with one. */
const secretVariable = 'API_SIGNING_SECRET';

/** RS256 is what verifiers expect when nothing is said. */
function signed({ algorithm }: Values): string {
  if (algorithm === 'RS256') return '';
  return algorithm === 'HS256'
    ? `\n  secret: process.env.${secretVariable},`
    : `\n  algorithms: [${jsText(algorithm)}],`;
}

const ours = (values: Values) => `const api = createApi({
  issuer: ${jsText(values.issuer)},
  audience: ${jsText(values.audience)},${signed(values)}
  onRefusal: (refusal) => console.log(explainRefusal(refusal)),
});`;
const head = "import { createApi, explainRefusal, requireScopes } from '@countersign/api';";

function fastApi({ issuer, audience, scope, algorithm }: Values): string {
  const shared = algorithm === 'HS256';
  return `# pip install fastapi uvicorn "pyjwt[crypto]"
${shared ? 'import os\n\n' : ''}import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ISSUER = ${quoted(issuer)}
AUDIENCE = ${quoted(audience)}
${shared ? `SECRET = os.environ[${quoted(secretVariable)}]` : 'keys = jwt.PyJWKClient(f"{ISSUER}.well-known/jwks.json")'}
bearer = HTTPBearer()

def token_with(scope: str):
    def check(credentials: HTTPAuthorizationCredentials = Depends(bearer)) -> dict:
        try:
            key = ${shared ? 'SECRET' : 'keys.get_signing_key_from_jwt(credentials.credentials).key'}
            claims = jwt.decode(credentials.credentials, key, algorithms=[${quoted(algorithm)}],
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
    return {"subject": claims["sub"]}`;
}

function spring({ issuer, audience, scope, algorithm }: Values): string {
  if (algorithm === 'EdDSA')
    return '// Spring Security verifies no EdDSA. Choose ES256 in the settings of this API: as short, nearly as fast.';
  const chain = `@Bean
SecurityFilterChain api(HttpSecurity http) throws Exception {
  return http
      .authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority(${quoted(`SCOPE_${scope}`)}))
      .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
      .build();
}`;
  if (algorithm === 'HS256')
    return `// SecurityConfig.java
@Bean
JwtDecoder decoder() {
  var secret = System.getenv(${quoted(secretVariable)}).getBytes(StandardCharsets.UTF_8);
  var decoder = NimbusJwtDecoder.withSecretKey(new SecretKeySpec(secret, "HmacSHA256")).build();
  decoder.setJwtValidator(new DelegatingOAuth2TokenValidator<>(
      JwtValidators.createDefaultWithIssuer(${quoted(issuer)}),
      new JwtClaimValidator<List<String>>("aud", aud -> aud != null && aud.contains(${quoted(audience)}))));
  return decoder;
}

${chain}`;
  return `# application.yml
spring:
  security:
    oauth2:
      resourceserver:
        jwt:
          issuer-uri: ${yamlText(issuer)}
          audiences: ${yamlText(audience)}${algorithm === 'RS256' ? '' : `\n          jws-algorithms: ${yamlText(algorithm)}`}

// SecurityConfig.java
${chain}`;
}

function aspNet({ issuer, audience, scope, algorithm }: Values): string {
  if (algorithm === 'EdDSA')
    return '// ASP.NET verifies no EdDSA. Choose ES256 in the settings of this API: as short, nearly as fast.';
  const trust =
    algorithm === 'HS256'
      ? `    options.TokenValidationParameters = new()
    {
        ValidIssuer = ${quoted(issuer)},
        ValidAudience = ${quoted(audience)},
        ValidAlgorithms = ["HS256"],
        IssuerSigningKey = new SymmetricSecurityKey(
            Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(${quoted(secretVariable)})!)),
    };`
      : `    options.Authority = ${quoted(issuer)};
    options.Audience = ${quoted(audience)};
    options.TokenValidationParameters.ValidAlgorithms = [${quoted(algorithm)}];${issuer.startsWith('http:') ? '\n    options.RequireHttpsMetadata = false;' : ''}`;
  return `// dotnet add package Microsoft.AspNetCore.Authentication.JwtBearer
${algorithm === 'HS256' ? 'using System.Text;\nusing Microsoft.IdentityModel.Tokens;\n\n' : ''}var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication().AddJwtBearer(options =>
{
${trust}
    options.MapInboundClaims = false;
});
builder.Services.AddAuthorization();

var app = builder.Build();
app.MapGet("/", (HttpContext context) => new { subject = context.User.FindFirst("sub")?.Value })
    .RequireAuthorization(policy => policy.RequireAssertion(context =>
        context.User.FindFirst("scope")?.Value.Split(' ').Contains(${quoted(scope)}) == true));
app.Run();`;
}

/** Code that protects an API, by framework. */
export const protections: readonly Snippet[] = [
  {
    name: 'Express',
    code: (values) => `// npm install @countersign/api express
import express from 'express';
${head}
import { protect, tokenOf } from '@countersign/api/express';

${ours(values)}

const app = express();
app.get('/', protect(api, requireScopes(${jsText(values.scope)})), (request, response) => {
  response.json({ subject: tokenOf(request).subject });
});
app.listen(3000);`,
  },
  {
    name: 'Fastify',
    code: (values) => `// npm install @countersign/api fastify
import Fastify from 'fastify';
${head}
import { protect, tokenOf } from '@countersign/api/fastify';

${ours(values)}

const app = Fastify();
app.get('/', { onRequest: protect(api, requireScopes(${jsText(values.scope)})) }, (request) => {
  return { subject: tokenOf(request).subject };
});
await app.listen({ port: 3000 });`,
  },
  {
    name: 'Hono',
    code: (values) => `// npm install @countersign/api hono @hono/node-server
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
${head}
import { protect } from '@countersign/api/hono';

${ours(values)}

const app = new Hono();
app.get('/', protect(api, requireScopes(${jsText(values.scope)})), (c) => c.json({ subject: c.get('auth').subject }));
serve({ fetch: app.fetch, port: 3000 });`,
  },
  { name: 'FastAPI', code: fastApi },
  { name: 'Spring', code: spring },
  { name: 'ASP.NET', code: aspNet },
];
