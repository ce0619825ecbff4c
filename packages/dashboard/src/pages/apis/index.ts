// The pages of APIs, loaded together.

export { ApiApplications } from './applications.tsx';
export { ApiExplain } from './explain.tsx';
export { Apis } from './list.tsx';
export { ApiPermissions } from './permissions.tsx';
export { ApiPreview } from './preview.tsx';
export { ApiSettings } from './settings.tsx';
export { ApiTest } from './test.tsx';
