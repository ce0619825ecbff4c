// Logo and colours of the pages that users see, with the login page as it will be.

import { branding as declared, parseColour } from 'countersign/resources';
import { useState } from 'react';
import { useChange, useGet } from '../../api/queries.ts';
import { Field, TextField } from '../../forms/controls.tsx';
import { problemOf } from '../../forms/declared.ts';
import { Leaving } from '../../forms/leaving.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/form.tsx';
import { Page, Read, Section } from '../../parts/layout.tsx';
import { sayDone } from '../../parts/toast.tsx';
import { useCan } from '../../session/session.ts';
import { LoginPreview } from './login-preview.tsx';

type Branding = Parameters<typeof declared.check>[0];

/** The page. */
export function BrandingPage() {
  const branding = useGet<Branding>('/branding');
  return (
    <Page title="Branding" about="What users see when they sign in.">
      <Read from={branding}>{(now) => <Form key={JSON.stringify(now)} now={now} />}</Read>
    </Page>
  );
}

const firstColour = (value: unknown) =>
  typeof value === 'string' ? value : ((value as { start?: string } | undefined)?.start ?? '');

function Form({ now }: { readonly now: Branding }) {
  const can = useCan();
  const change = useChange('/branding');
  const settings = useGet<{ readonly friendly_name?: string }>(
    can('read:tenant_settings') ? '/tenants/settings?fields=friendly_name' : undefined,
  );
  const [logo, setLogo] = useState(now.logo_url ?? '');
  const [favicon, setFavicon] = useState(now.favicon_url ?? '');
  const [primary, setPrimary] = useState(now.colors?.primary ?? '');
  const [ground, setGround] = useState(firstColour(now.colors?.page_background));
  const may = can('update:branding');
  const wrong = {
    logo: problemOf(declared, 'logo_url', logo),
    favicon: problemOf(declared, 'favicon_url', favicon),
    primary: primary !== '' && !parseColour(primary) ? 'A colour such as #3d46c2.' : undefined,
    ground: ground !== '' && !parseColour(ground) ? 'A colour such as #f4f5f8.' : undefined,
  };
  const next = {
    ...(logo === (now.logo_url ?? '') ? {} : { logo_url: logo || null }),
    ...(favicon === (now.favicon_url ?? '') ? {} : { favicon_url: favicon || null }),
    ...(primary === (now.colors?.primary ?? '') && ground === firstColour(now.colors?.page_background)
      ? {}
      : {
          colors: {
            ...(primary ? { primary } : { primary: null }),
            ...(ground === firstColour(now.colors?.page_background) ? {} : { page_background: ground || null }),
          },
        }),
  };
  const dirty = Object.keys(next).length > 0;
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[minmax(20rem,26rem)_1fr]">
      <Section title="Look">
        <form
          noValidate
          className="space-y-5"
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate(
              { method: 'PATCH', path: '/branding', body: next },
              { onSuccess: () => sayDone('Saved. The pages have it within a second.') },
            );
          }}
        >
          <TextField
            label="Logo"
            type="url"
            value={logo}
            onChange={setLogo}
            disabled={!may}
            problem={wrong.logo}
            about={declared.fields.logo_url.about}
            placeholder="https://example.com/logo.svg"
          />
          <TextField
            label="Icon"
            type="url"
            value={favicon}
            onChange={setFavicon}
            disabled={!may}
            problem={wrong.favicon}
            about={declared.fields.favicon_url.about}
          />
          <ColourField
            label="Primary colour"
            value={primary}
            fallback="#3d46c2"
            onChange={setPrimary}
            disabled={!may}
            problem={wrong.primary}
            about="Buttons, links and what has the focus. Text on it is made legible by itself"
          />
          <ColourField
            label="Page background"
            value={ground}
            fallback="#f4f5f8"
            onChange={setGround}
            disabled={!may}
            problem={wrong.ground}
            about="Behind the card. In the dark it is toned down by itself"
          />
          <Problem error={change.error} />
          <Leaving dirty={dirty && !change.isPending} what="the look" />
          {may ? (
            <Button
              type="submit"
              kind="primary"
              busy={change.isPending}
              disabled={!dirty || Object.values(wrong).some(Boolean)}
            >
              Save
            </Button>
          ) : null}
        </form>
      </Section>
      <LoginPreview
        tenant={settings.data?.friendly_name ?? 'Countersign'}
        logo={logo === now.logo_url ? logo : undefined}
        newLogo={logo !== '' && logo !== now.logo_url}
        primary={primary}
        ground={ground}
      />
    </div>
  );
}

function ColourField({
  label,
  value,
  fallback,
  onChange,
  disabled,
  problem,
  about,
}: {
  readonly label: string;
  readonly value: string;
  readonly fallback: string;
  readonly onChange: (value: string) => void;
  readonly disabled: boolean;
  readonly problem: string | undefined;
  readonly about: string;
}) {
  const known = /^#[0-9a-f]{6}$/i.test(value) ? value : fallback;
  return (
    <Field label={label} about={about} problem={problem}>
      {({ id, describedBy, invalid }) => (
        <div className="flex gap-2">
          <input
            type="color"
            aria-label={`${label}: picker`}
            className="h-9.5 w-12 shrink-0 rounded-lg border border-edge bg-surface p-1"
            value={known}
            disabled={disabled}
            onChange={(event) => onChange(event.target.value)}
          />
          <input
            id={id}
            className="field font-mono text-[0.8125rem]!"
            value={value}
            placeholder={fallback}
            disabled={disabled}
            spellCheck={false}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
            onChange={(event) => onChange(event.target.value)}
          />
        </div>
      )}
    </Field>
  );
}
