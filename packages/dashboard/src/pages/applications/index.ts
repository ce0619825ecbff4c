// The pages of applications, loaded together.

export { ApplicationApis } from './apis.tsx';
export { ApplicationConnections } from './connections.tsx';
export { Credentials } from './credentials.tsx';
export { Applications } from './list.tsx';
export { QuickStart } from './quick-start.tsx';
export { ApplicationSettings } from './settings.tsx';
