// The parts that the forms of a login are made of: those of all our forms.

export {
  type FieldOptions,
  type FormError,
  field,
  form,
  type Place,
  type Shown,
  summary,
  titled,
  who,
} from '../../web/form.ts';
