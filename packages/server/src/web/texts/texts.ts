// What every language has to say. Functions where a name or number stands in the sentence; they return text, never markup.

/** The rules for passwords, as they are told before and after. */
export interface PasswordTexts {
  readonly intro: string;
  readonly length: (least: number) => string;
  readonly lower: string;
  readonly upper: string;
  readonly digit: string;
  readonly special: string;
  /** `least` of these, which are the texts above. */
  readonly kinds: (least: number, kinds: string) => string;
  readonly repeats: (most: number) => string;
  readonly sequence: string;
  readonly personal: string;
  readonly common: string;
  readonly earlier: (last: number) => string;
  readonly tooLong: (most: number) => string;
  readonly unusable: string;
}

export interface Texts {
  /** Pages that only tell: something failed, or is over. */
  readonly failure: {
    readonly title: string;
    readonly code: string;
    readonly request: string;
    readonly support: string;
    readonly back: (application: string) => string;
    readonly expiredTitle: string;
    readonly expired: string;
    readonly foreignTitle: string;
    readonly foreign: string;
    readonly refusedTitle: string;
    /** The form came from elsewhere, or from an older page. */
    readonly refused: string;
    readonly notAvailableTitle: string;
    /** No connection is enabled for the client. */
    readonly notAvailable: (application: string) => string;
    readonly again: string;
  };
  readonly form: {
    /** Before the title of a page whose form was not accepted. */
    readonly error: string;
    readonly problem: string;
    readonly to: (application: string) => string;
  };
  readonly login: {
    readonly title: string;
    readonly passwordTitle: string;
    readonly email: string;
    readonly username: string;
    readonly emailOrUsername: string;
    readonly password: string;
    readonly submit: string;
    readonly next: string;
    readonly change: string;
    readonly noAccount: string;
    readonly signUp: string;
    readonly missingIdentifier: string;
    readonly missingPassword: string;
    readonly wrong: string;
    readonly blocked: string;
    /** Too many wrong passwords for this account. */
    readonly closed: string;
    /** Too many attempts, whatever the account. */
    readonly slowDown: string;
  };
  readonly signup: {
    readonly title: string;
    readonly email: string;
    readonly username: string;
    readonly usernameHint: (least: number, most: number) => string;
    readonly password: string;
    readonly submit: string;
    readonly haveAccount: string;
    readonly logIn: string;
    readonly phone: string;
    readonly optional: (label: string) => string;
    readonly missingPhone: string;
    readonly badPhone: string;
    readonly missingEmail: string;
    readonly badEmail: string;
    readonly missingUsername: string;
    readonly badUsername: (least: number, most: number) => string;
    readonly missingPassword: string;
    readonly weakPassword: string;
    readonly emailTaken: string;
    readonly usernameTaken: string;
    readonly phoneTaken: string;
    /** Says nothing about which accounts exist. */
    readonly refused: string;
    readonly disabled: string;
    /** Too many accounts from one network. */
    readonly slowDown: string;
    readonly rules: PasswordTexts;
  };
  readonly consent: {
    readonly title: (application: string) => string;
    readonly lead: (application: string, tenant: string) => string;
    readonly allows: (application: string) => string;
    readonly api: (name: string) => string;
    readonly as: string;
    readonly returns: string;
    readonly accept: string;
    readonly deny: string;
    readonly scopes: {
      readonly openid: string;
      readonly profile: string;
      readonly email: string;
      readonly address: string;
      readonly phone: string;
      readonly offline_access: string;
    };
    /** What a group of permissions allows (CON-7): `posts` and `read and write`. */
    readonly group: (resource: string, verbs: string) => string;
    readonly verbs: Readonly<
      Record<'read' | 'write' | 'create' | 'update' | 'delete' | 'manage' | 'list' | 'send', string>
    >;
  };
  readonly confirm: {
    readonly title: string;
    readonly lead: (application: string) => string;
    readonly hint: string;
    readonly as: string;
    readonly returns: string;
    readonly accept: string;
    readonly deny: string;
  };
  /** Getting back in, and confirming an address: pages behind links that come by mail. */
  readonly recovery: {
    /** On the log-in page. */
    readonly forgot: string;
    readonly askTitle: string;
    readonly askLead: string;
    readonly askSubmit: string;
    readonly backToLogIn: string;
    readonly sentTitle: string;
    /** Says nothing about which accounts exist. */
    readonly sent: (typed: string) => string;
    readonly sentHint: string;
    readonly sendAgain: string;
    readonly resetTitle: string;
    readonly account: string;
    readonly newPassword: string;
    readonly repeat: string;
    readonly missingRepeat: string;
    readonly mismatch: string;
    readonly resetSubmit: string;
    readonly resetDoneTitle: string;
    readonly resetDone: string;
    readonly verifyTitle: string;
    readonly verifyLead: (tenant: string) => string;
    readonly verifySubmit: string;
    readonly verifyDoneTitle: string;
    readonly verifyDone: (email: string) => string;
    readonly unblockTitle: string;
    readonly unblockLead: string;
    readonly unblockSubmit: string;
    readonly unblockDoneTitle: string;
    readonly unblockDone: string;
    readonly goneUnblock: string;
    readonly goneTitle: string;
    readonly goneReset: string;
    readonly goneVerify: string;
    readonly askAgain: string;
  };
  /** Where the first administrator is made. */
  readonly setup: {
    readonly title: string;
    readonly lead: string;
    readonly submit: string;
    readonly goneTitle: string;
    readonly gone: string;
    /** Two had the link, and the other one was first. */
    readonly late: string;
    readonly noDatabase: (name: string) => string;
    readonly dashboard: string;
  };
  readonly logout: {
    readonly title: string;
    readonly lead: (tenant: string) => string;
    readonly asked: (application: string) => string;
    readonly as: string;
    readonly accept: string;
    readonly deny: string;
    readonly doneTitle: string;
    readonly done: string;
    readonly stayTitle: string;
    readonly stay: string;
  };
  readonly selectAccount: {
    readonly title: string;
    readonly other: string;
    readonly otherHint: string;
  };
}

/** With a capital letter in front. */
export function capital(text: string): string {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('');
}
