// What store.ts promises, as tests that both engines pass. `make` gives an empty database.

import { after, before, describe } from 'node:test';
import { changes } from './conformance/changes.ts';
import { counts } from './conformance/counts.ts';
import { crashes } from './conformance/crashes.ts';
import { endings } from './conformance/endings.ts';
import { jobs } from './conformance/jobs.ts';
import { limits } from './conformance/limits.ts';
import { logs } from './conformance/logs.ts';
import { migrations } from './conformance/migrations.ts';
import { pages } from './conformance/pages.ts';
import { type Child, startChild } from './conformance/process.ts';
import { rows } from './conformance/rows.ts';
import { secrets } from './conformance/secrets.ts';
import { singleUse } from './conformance/single-use.ts';
import { type Fresh, openAt, type Subject, subjectOf } from './conformance/subject.ts';
import { tenants } from './conformance/tenants.ts';
import { text } from './conformance/text.ts';
import { transactions } from './conformance/transactions.ts';

/** Declares the tests of one engine; two more processes use the same database. */
export function conformance(engine: string, make: () => Promise<Fresh>): void {
  describe(`the store on ${engine}`, () => {
    let fresh: Fresh;
    let subject: Subject;
    let children: Child[] = [];
    before(async () => {
      fresh = await make();
      subject = subjectOf(fresh, await openAt(fresh));
      children = await Promise.all([startChild(fresh), startChild(fresh)]);
      await Promise.all(children.map((child) => child.ask('open', 'nobody')));
    });
    after(async () => {
      await Promise.all(children.map((child) => child.stop()));
      await subject.database.close();
      await fresh.drop();
    });
    const theSubject = () => subject;
    const theChildren = () => children;

    describe('rows', () => rows(theSubject));
    describe('text', () => text(theSubject));
    describe('tenants', () => tenants(theSubject));
    describe('transactions', () => transactions(theSubject, theChildren));
    describe('pages', () => pages(theSubject, theChildren));
    describe('endings', () => endings(theSubject));
    describe('single use', () => singleUse(theSubject, theChildren));
    describe('jobs', () => jobs(theSubject, theChildren));
    describe('limits', () => limits(theSubject, theChildren));
    describe('changes', () => changes(theSubject, theChildren));
    describe('logs', () => logs(theSubject));
    describe('counts', () => counts(theSubject, theChildren, make));
    describe('secrets', () => secrets(theSubject));
    describe('crashes', () => crashes(theSubject));
    describe('migrations', () => migrations(make, () => fresh));
  });
}
