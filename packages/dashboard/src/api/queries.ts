// What pages read and change, through one cache: a read is named by its path, and a change says which paths it makes old.

import {
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { ApiError, call, type Method } from './request.ts';

/** The cache of the page. What a person may not see, or is gone, is not asked for again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.status >= 500 || error.status === 0),
    },
  },
});

/** Reads `path` (below /api/v2); nothing is asked while it is undefined. */
export function useGet<T>(
  path: string | undefined,
  options: { every?: number; keep?: boolean } = {},
): UseQueryResult<T> {
  return useQuery({
    queryKey: ['api', path ?? ''],
    // An answer without a body is one too; the cache takes `undefined` for none.
    queryFn: async () => (await call<T>('GET', path ?? '')) ?? (null as T),
    enabled: path !== undefined,
    ...(options.every === undefined ? {} : { refetchInterval: options.every }),
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
}

/** All rows of a paged list, by the page of 100. For lists that a person looks through: `most` rows at the most. */
export function useAll<T>(path: string | undefined, most = 1000): UseQueryResult<readonly T[]> {
  return useQuery({
    queryKey: ['api', path ?? '', 'all'],
    enabled: path !== undefined,
    queryFn: async () => {
      const rows: T[] = [];
      for (let page = 0; rows.length < most; page += 1) {
        const part = await call<T[]>('GET', `${path}${path?.includes('?') ? '&' : '?'}page=${page}&per_page=100`);
        rows.push(...part);
        if (part.length < 100) break;
      }
      return rows;
    },
  });
}

export interface Change {
  readonly method: Method;
  readonly path: string;
  readonly body?: unknown;
}

/** Makes changes; `old` are the beginnings of the paths that must be read again after one. */
export function useChange<T = unknown>(...old: readonly string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, body }: Change) => call<T>(method, path, body),
    onSettled: () =>
      client.invalidateQueries({
        predicate: ({ queryKey }) => old.some((start) => String(queryKey[1]).startsWith(start)),
      }),
  });
}
