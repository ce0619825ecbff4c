// The pages of roles, loaded together.

export { RoleList } from './list.tsx';
export { RolePermissions, RoleSettings, RoleUsers } from './role.tsx';
