// Branded types: a value of a brand can only come from the function that checked it.
// They exist for the compiler alone and cost nothing when the program runs.

declare const brand: unique symbol;

/** A `Value` that carries the proof `Name`; only a checking function of ours makes one. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };

/** The id of a tenant, as stored in every row. Not checked here: the store looks it up. */
export type TenantId = Brand<string, 'TenantId'>;

/** A `Host` header that belongs to a tenant: lower case, with its port if it has one. */
export type TenantHost = Brand<string, 'TenantHost'>;
