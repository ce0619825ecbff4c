// Code to paste that calls an API with a token. Only values of this tenant are filled in.

import { jsText, quoted, shellWord } from '../../parts/literals.ts';

export interface Values {
  readonly issuer: string;
  readonly audience: string;
  readonly scope: string;
  /** With which the API's tokens are signed: `RS256`... */
  readonly algorithm: string;
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

/** Calls that carry an access token. */
export const calls: readonly Snippet[] = [
  {
    name: 'curl',
    code: ({ address, token }) => `curl ${shellWord(address)} \\\n  -H ${shellWord(`Authorization: Bearer ${token}`)}`,
  },
  {
    name: 'fetch',
    code: ({ address, token }) => `const response = await fetch(${jsText(address)}, {
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
