// The mails that people get, and whose text they have.

import { Link } from '@tanstack/react-router';
import type { EmailTemplate } from 'countersign/resources';
import { useGet } from '../../api/queries.ts';
import { Page, Read } from '../../parts/layout.tsx';
import { Table } from '../../parts/table.tsx';
import { useCan } from '../../session/session.ts';
import { mailKinds, stateOf, templatesPath } from './kinds.ts';
import { StateBadge } from './state.tsx';

/** The list. */
export function EmailList() {
  const can = useCan();
  const templates = useGet<readonly EmailTemplate[]>(templatesPath);
  return (
    <Page
      title="E-mail templates"
      about={
        <>
          What mails to your users say. A template of yours replaces the default text.
          {can('read:email_provider') ? (
            <>
              {' '}
              By which server they leave is under{' '}
              <Link to="/settings/mail" className="font-medium text-link underline">
                Settings, Mail
              </Link>
              .
            </>
          ) : null}
        </>
      }
    >
      <div className="card overflow-hidden">
        <Read from={templates}>
          {(written) => (
            <Table
              label="Mails"
              rows={mailKinds}
              idOf={({ name }) => name}
              linkOf={({ name }) => ({ to: '/emails/$template', params: { template: name } })}
              columns={[
                { label: 'Mail', cell: ({ label }) => label },
                { label: 'Sent', cell: ({ about }) => <span className="text-muted">{about}</span> },
                {
                  label: 'State',
                  cell: ({ name }) => (
                    <StateBadge
                      state={stateOf(
                        name,
                        written.find(({ template }) => template === name),
                      )}
                    />
                  ),
                },
              ]}
              empty={null}
            />
          )}
        </Read>
      </div>
    </Page>
  );
}
