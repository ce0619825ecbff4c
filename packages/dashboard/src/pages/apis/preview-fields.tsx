// For whom a preview is: a user, and a refresh token that the user's application has already.

import type { refreshTokens as refreshDeclared } from 'countersign/resources';
import { useState } from 'react';
import type { User } from '../../api/kinds.ts';
import { useGet } from '../../api/queries.ts';
import { path } from '../../api/request.ts';
import { ChoiceField, TextField } from '../../forms/controls.tsx';
import { ago } from '../../parts/text.tsx';
import { useCan } from '../../session/session.ts';

type RefreshToken = Parameters<typeof refreshDeclared.check>[0];

/** A user is found by what is typed, since there may be millions. */
export function UserField({ value, onChange }: { readonly value: string; readonly onChange: (id: string) => void }) {
  const [text, setText] = useState('');
  const word = text.replace(/[^\p{L}\p{N}@._+-]/gu, '');
  const query = new URLSearchParams({
    search_engine: 'v3',
    per_page: '10',
    ...(word ? { q: `email:${word}* OR name:${word}*` } : {}),
  });
  const found = useGet<readonly User[]>(`/users?${query}`, { keep: true });
  const rows = found.data ?? [];
  return (
    <div className="grid grid-cols-[8rem_1fr] gap-2">
      <TextField label="Find user" type="search" value={text} onChange={setText} />
      <ChoiceField
        label="User"
        value={value}
        onChange={onChange}
        options={[
          { value: '', label: 'Choose a user' },
          ...rows.map((user) => ({
            value: String(user.user_id),
            label: user.email ?? user.name ?? String(user.user_id),
          })),
        ]}
      />
    </div>
  );
}

/** A refresh token of this user at this application; the empty value stands for one that a login would bring. */
export function RefreshTokenField({
  userId,
  clientId,
  value,
  onChange,
}: {
  readonly userId: string;
  readonly clientId: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const may = useCan()('read:refresh_tokens');
  const read = useGet<{ readonly tokens: readonly RefreshToken[] }>(
    may ? path`/users/${userId}/refresh-tokens` : undefined,
  );
  if (!may) return null;
  const tokens = (read.data?.tokens ?? []).filter(({ client_id }) => client_id === clientId);
  return (
    <ChoiceField
      label="Refresh token"
      value={value}
      onChange={onChange}
      about={
        read.error
          ? read.error.message
          : read.data && tokens.length === 0
            ? 'This user has none at this application yet: shown is what one of a login of now would bring'
            : 'What it brings by now, with all that has changed since it began'
      }
      options={[
        { value: '', label: 'A new one, of a login of now' },
        ...tokens.map(({ id, created_at, last_exchanged_at, resource_servers }) => ({
          value: id,
          label: [
            `Of ${ago(new Date(created_at).getTime())}`,
            last_exchanged_at ? `exchanged ${ago(new Date(last_exchanged_at).getTime())}` : 'never exchanged',
            resource_servers.map(({ audience }) => audience).join(' ') || 'for no API',
          ].join(', '),
        })),
      ]}
    />
  );
}
