// The login page as these colours make it, drawn with the server's own rules of contrast.

import { type Colour, hex, legible, mix, parseColour, textOn } from 'countersign/resources';

const white: Colour = [255, 255, 255];
const usualPrimary: Colour = [0x3d, 0x46, 0xc2];
const usualGround: Colour = [0xf4, 0xf5, 0xf8];

export interface PreviewProps {
  readonly tenant: string;
  /** Of the saved branding: the policy of this page lets no other picture in. */
  readonly logo: string | undefined;
  readonly newLogo: boolean;
  readonly primary: string;
  readonly ground: string;
}

/** The preview; nothing in it can be used. */
export function LoginPreview({ tenant, logo, newLogo, primary, ground }: PreviewProps) {
  const main = parseColour(primary) ?? usualPrimary;
  const back = parseColour(ground) ?? mix(main, usualGround, 0.04);
  const accent = hex(legible(main, white, 4.6));
  return (
    <figure className="card overflow-hidden">
      <figcaption className="border-b border-line px-5 py-3 font-medium text-muted">The login page</figcaption>
      <div
        aria-hidden="true"
        className="grid place-items-center p-6 sm:p-10"
        style={{ background: hex(back), colorScheme: 'light' }}
      >
        <div className="w-full max-w-sm rounded-2xl bg-white p-8 text-[#15181e] shadow-lg">
          {logo ? (
            <img src={logo} alt="" className="mb-6 h-12 max-w-48 object-contain object-left" />
          ) : (
            <div className="mb-6 flex items-center gap-3">
              <span
                className="grid size-10 place-items-center rounded-xl text-lg font-semibold"
                style={{ background: hex(main), color: hex(textOn(main)) }}
              >
                {tenant.trim().charAt(0).toUpperCase()}
              </span>
              <span className="font-semibold">{tenant}</span>
            </div>
          )}
          <p className="text-2xl font-semibold tracking-tight">Log in</p>
          <p className="mt-1 text-[#565d6b]">to continue to your application</p>
          <p className="mt-6 mb-1 font-medium">Email address</p>
          <div className="h-11 rounded-xl border border-[#838a97]" />
          <p className="mt-4 mb-1 font-medium">Password</p>
          <div className="h-11 rounded-xl border border-[#838a97]" />
          <div
            className="mt-6 grid h-11 place-items-center rounded-xl font-semibold"
            style={{ background: hex(main), color: hex(textOn(main)) }}
          >
            Log in
          </div>
          <p className="mt-4 text-center" style={{ color: accent }}>
            Forgot your password?
          </p>
          <p className="mt-4 text-center text-[#565d6b]">
            No account yet? <span style={{ color: accent }}>Sign up</span>
          </p>
        </div>
      </div>
      {newLogo ? (
        <p className="border-t border-line px-5 py-2.5 text-muted">The new logo shows here once it is saved.</p>
      ) : null}
    </figure>
  );
}
