// The pages of users, loaded together.

export { UserAccess } from './access.tsx';
export { UserList } from './list.tsx';
export { UserProfile } from './profile.tsx';
export { UserLogs, UserPermissions, UserRoles } from './tabs.tsx';
