// Passwords that everybody tries first. Kept as stems and endings, which people combine, instead of a list of the products:
// some 250 stems with some 60 endings, keyboard runs and repeated patterns are well over ten thousand passwords.

const stems = `
password passwd passwort pass passw0rd motdepasse contrasena senha parola wachtwoord salasana
qwerty qwertz azerty qwertyuiop qwert asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazxsw wsxedc qweasd qweasdzxc
abc abcd abcde abcdef abcdefg abcdefgh aaa aaaaaa xxx xxxxxx zzz
admin administrator root user guest login welcome letmein master access secret private system server manager support test
testing tester demo sample example default changeme change temp temporary office internet computer laptop desktop windows
microsoft apple google facebook twitter youtube amazon linkedin instagram whatsapp netflix spotify samsung nokia motorola
android iphone linux ubuntu oracle cisco mysql database security network
love iloveyou iloveu ilove loveyou loveme lovely lover forever always baby babygirl honey sweetie sweet darling angel angels
princess prince queen king kitty bunny flower flowers butterfly rainbow sunshine sunny summer winter spring autumn fall
january february march april june july august september october november december monday tuesday wednesday thursday friday
saturday sunday holiday christmas easter birthday
football soccer baseball basketball hockey tennis golf rugby cricket swimming runner player gamer champion winner
liverpool arsenal chelsea barcelona realmadrid juventus manchester united everton rangers celtic benfica yankees lakers
cowboys steelers packers redsox eagles patriots dolphins raiders broncos
batman superman spiderman ironman pokemon pikachu naruto starwars startrek matrix minecraft fortnite roblox mario zelda
sonic tigger snoopy mickey minnie garfield simpsons harrypotter gandalf merlin dragon phoenix unicorn vampire zombie ninja
pirate samurai warrior knight hunter killer shadow ghost death devil demon hell
dog cat doggy tiger lion monkey bear wolf eagle falcon hawk shark dolphin horse panther cobra spider chicken turtle panda
puppy kitten bella buddy charlie max lucky rocky duke daisy molly coco ginger pepper
michael jordan michelle jennifer jessica ashley amanda nicole daniel david robert john james thomas william george charles
joseph richard andrew anthony matthew joshua justin brandon austin tyler jackson patrick peter martin alexander victoria
elizabeth samantha stephanie melissa sarah laura maria anna andrea sandra sabrina barbara patricia hannah emily sophie
oliver oscar felix simon carlos jose juan pedro pablo antonio francesco giovanni marco luca klaus stefan thorsten claudia
natasha ivan olga igor sergey vladimir
london paris berlin madrid rome moscow tokyo newyork chicago boston dallas texas california florida america england
france germany italy spain russia mexico brasil canada australia africa europe ireland scotland
red blue green yellow orange purple black white silver gold golden pink diamond ruby crystal
freedom liberty peace hope faith jesus christ heaven blessed spirit trustno nothing whatever hello hellothere goodbye
money dollar bank cash rich million success happy smile friend friends family mother father mommy daddy sister brother
music guitar piano metallica nirvana slipknot eminem beatles queen elvis rock metal
coffee cookie chocolate cheese banana apple orange cherry peach pumpkin pizza beer whiskey vodka cocacola pepsi
ferrari porsche mercedes bmw audi honda toyota yamaha suzuki harley corvette mustang camaro chevy ford nissan
star stars moon sun sky ocean earth planet galaxy space thunder lightning storm fire ice snow water river mountain
biteme fuckyou fuckme fucker asshole bitch shit bullshit pussy sexy hottie hardcore
`;

const endings = `
1 2 3 4 5 6 7 8 9 0 01 02 07 10 11 12 13 21 22 23 33 42 44 55 66 69 77 88 99 00 007 100 101 111 123 1234 12345 123456
321 666 777 888 999 000 911 1111 4321 abc ! !! . ? @ # $ * 1! 12! 123! 1234! !1 !123 @1 @12 @123 @1234 #1 #123 s me my
`;

const words = (text: string) => text.trim().split(/\s+/);
const common: ReadonlySet<string> = new Set(words(stems));
const ends = new Set(words(endings));
/** Rows and columns of keyboards, and the alphabet, in which four or more neighbours are a common password. */
const runs = [
  '01234567890123456789',
  '98765432109876543210',
  'abcdefghijklmnopqrstuvwxyz',
  'zyxwvutsrqponmlkjihgfedcba',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  'poiuytrewq',
  'lkjhgfdsa',
  'mnbvcxz',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  '1qaz2wsx3edc4rfv5tgb6yhn',
  'qazwsxedcrfvtgb',
  '!qaz@wsx#edc',
  '!@#$%^&*()',
];
/** Digits and signs that stand for letters. */
const spelled: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Years that people put at the end, and any of the endings. */
function isEnding(text: string): boolean {
  return text === '' || ends.has(text) || /^[!@#._-]?(?:19[4-9]\d|20[0-4]\d)[!.?]?$/.test(text);
}

/** Whether a text is a stem with an ending: plain, or with letters written as digits. */
function isStemWithEnding(text: string): boolean {
  for (let length = text.length; length >= 2; length--) {
    if (!isEnding(text.slice(length))) continue;
    const stem = text.slice(0, length);
    const letters = [...stem].map((unit) => spelled[unit] ?? unit).join('');
    if (common.has(stem) || common.has(letters)) return true;
  }
  return false;
}

/** Whether nothing but keyboard runs, one after another, each of three or more. */
function isKeyboardRun(text: string): boolean {
  let rest = text;
  while (rest.length >= 3) {
    const taken = longestRun(rest);
    if (taken < 3) return false;
    rest = rest.slice(taken);
  }
  return rest === '' || isEnding(rest);
}

function longestRun(text: string): number {
  for (let length = Math.min(text.length, 24); length >= 3; length--) {
    const start = text.slice(0, length);
    if (runs.some((run) => run.includes(start))) return length;
  }
  return 0;
}

/** One to three characters again and again: `aaaa`, `abababab`, `12121212`. */
const repeated = /^(.{1,3}?)\1+$/su;

/**
 * Whether a password is a common one, or one of `own` (lower case), in any case. Pure. It is the whole password that counts:
 * a long passphrase may have common words in it.
 */
export function isCommon(password: string, own: ReadonlySet<string>): boolean {
  const text = password.toLowerCase();
  if (own.has(text)) return true;
  const once = repeated.exec(text)?.[1];
  if (once !== undefined && text.length >= 3) return true;
  return isKeyboardRun(text) || isStemWithEnding(text) || isTwice(text);
}

/** A common word twice: `passwordpassword`. */
function isTwice(text: string): boolean {
  const half = text.length / 2;
  return Number.isInteger(half) && text.slice(0, half) === text.slice(half) && isStemWithEnding(text.slice(0, half));
}
