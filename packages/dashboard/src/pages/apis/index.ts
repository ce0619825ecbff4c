// The pages of APIs, loaded together.

export { ApiApplications } from './applications.tsx';
export { Apis } from './list.tsx';
export { ApiPermissions } from './permissions.tsx';
export { ApiSettings } from './settings.tsx';
export { ApiTest } from './test.tsx';
