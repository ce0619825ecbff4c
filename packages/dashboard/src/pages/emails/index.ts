// The pages of mails, loaded together.

export { EmailList } from './list.tsx';
export { EmailTemplatePage } from './template.tsx';
