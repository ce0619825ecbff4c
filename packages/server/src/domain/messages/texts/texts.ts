// The words of our mails: what a language must say. One table a language, checked by the compiler.

/** What the sentences name. All of it is shown as text, whatever it holds. */
export interface Named {
  /** The tenant's name for people. */
  readonly tenant: string;
  /** The user's address. */
  readonly email: string;
  /** How long a link can be used, in words of the language: "5 days". */
  readonly lifetime: string;
  /** The address of the machine that did what the mail tells. */
  readonly ip: string;
}

/** One mail: a heading, what happened, a button if there is something to do, and what to do if it was somebody else. */
export interface MailText {
  readonly subject: string;
  readonly heading: string;
  readonly lines: readonly string[];
  /** What the link does. */
  readonly button?: string;
  readonly notes: readonly string[];
}

export interface MailTexts {
  readonly verify_email: (named: Named) => MailText;
  readonly reset_email: (named: Named) => MailText;
  readonly welcome_email: (named: Named) => MailText;
  readonly blocked_account: (named: Named) => MailText;
  readonly stolen_credentials: (named: Named) => MailText;
  readonly password_changed: (named: Named) => MailText;
  readonly signup_attempt: (named: Named) => MailText;
  /** Above the address of the button, for mail programs that show none. */
  readonly copy: string;
  /** Before the address where people get help. */
  readonly help: string;
  /** Why they got it. */
  readonly sent: (named: Named) => string;
}
