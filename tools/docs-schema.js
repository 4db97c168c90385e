import ts from 'typescript';

/**
 * What the tool needs of a zod schema.
 *
 * @typedef {{
 *   def: { type: string, checks?: { _zod: { def: { check: string, maximum?: number } } }[] },
 *   safeParse: (value: unknown) => { success: boolean, error?: { issues: { message: string }[] } },
 *   unwrap?: () => Schema,
 *   shape?: Record<string, Schema>,
 *   element?: Schema,
 * }} Schema
 * @typedef {{ path: string, form: string, isRequired: boolean }} Field
 *   `path` within the entry: `jwt_configuration.alg`, `scopes[].value`.
 */

/** Lists this long or longer are not worth a word. */
const LONG_LIST = 1_000;

/**
 * Every field of an entry that holds a value, in the schema's order.
 *
 * @param {Schema} schema
 * @param {string} path
 * @returns {Field[]}
 */
export function fieldsOf(schema, path = '') {
  const inner = withoutOptional(schema);
  if (inner.shape !== undefined) {
    return Object.entries(inner.shape).flatMap(([name, member]) =>
      fieldsOf(member, path === '' ? name : `${path}.${name}`),
    );
  }
  const { element } = inner;
  if (element !== undefined && element.shape !== undefined) return fieldsOf(element, `${path}[]`);
  return [{ path, form: formOf(inner), isRequired: !schema.safeParse(undefined).success }];
}

/**
 * @param {Schema} schema
 * @returns {Schema}
 */
function withoutOptional(schema) {
  return schema.def.type === 'optional' && schema.unwrap ? withoutOptional(schema.unwrap()) : schema;
}

/**
 * What a field takes, in the words in which it refuses everything else: one text, so that the two cannot differ.
 *
 * @param {Schema} schema
 * @returns {string}
 */
function formOf(schema) {
  if (schema.element !== undefined) {
    const atMost = schema.def.checks?.find(({ _zod }) => _zod.def.check === 'max_length')?._zod.def.maximum;
    const limit = atMost === undefined || atMost >= LONG_LIST ? '' : `, at most ${atMost}`;
    return `list${limit}: ${formOf(schema.element)}`;
  }
  const ofAnything = complaintAbout(schema, Symbol('no value that a file can hold'));
  const ofText = complaintAbout(schema, '');
  // "text" says less than what it says of a text that it does not like.
  const complaint = ofAnything === 'text' && ofText !== '' ? ofText : ofAnything;
  const [, choices] = /^one of (.*)$/.exec(complaint) ?? [];
  return choices === undefined
    ? complaint
    : choices
        .split(', ')
        .map((choice) => `\`${choice}\``)
        .join(', ');
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 */
function complaintAbout(schema, value) {
  const message = schema.safeParse(value).error?.issues[0]?.message ?? '';
  return message
    .replace(/^expected /, '')
    .replace(/^an? (?:whole number of |number of )?/, '')
    .replace(/^(scope name) has/, '$1:')
    .replace(' such as https://app.example.com/', '');
}

/**
 * The comments above the fields of a schema, by the same paths as {@link fieldsOf}.
 *
 * @param {string} text of a module that declares schemas with `group({ … })`
 * @param {string} name of the schema's constant
 * @returns {Map<string, string>}
 */
export function commentsOf(text, name) {
  const tree = ts.createSourceFile('schema.js', text, ts.ScriptTarget.Latest, true);
  /** @type {Map<string, ts.Expression>} */
  const constants = new Map();
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name: declared, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(declared) && initializer) constants.set(declared.text, initializer);
    }
  }
  /** @type {Map<string, string>} */
  const comments = new Map();

  /**
   * @param {ts.Expression} expression
   * @param {string} path
   * @returns {void}
   */
  const read = (expression, path) => {
    if (ts.isIdentifier(expression)) {
      const value = constants.get(expression.text);
      if (value !== undefined) read(value, path);
    } else if (ts.isObjectLiteralExpression(expression)) {
      readFields(expression, path);
    } else if (ts.isCallExpression(expression)) {
      const [first] = expression.arguments;
      if (ts.isPropertyAccessExpression(expression.expression)) read(expression.expression.expression, path);
      else if (first && isCallOf(expression, 'group')) read(first, path);
      else if (first && isCallOf(expression, 'listOf')) read(first, `${path}[]`);
    }
  };

  /**
   * @param {ts.ObjectLiteralExpression} fields
   * @param {string} path
   */
  const readFields = (fields, path) => {
    for (const field of fields.properties) {
      if (ts.isSpreadAssignment(field)) {
        read(field.expression, path);
        continue;
      }
      if (field.name === undefined || !ts.isIdentifier(field.name)) continue;
      const fieldPath = path === '' ? field.name.text : `${path}.${field.name.text}`;
      const comment = ts
        .getJSDocCommentsAndTags(field)
        .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
        .join(' ');
      if (comment !== '') comments.set(fieldPath, comment.replace(/\s+/g, ' '));
      read(ts.isPropertyAssignment(field) ? field.initializer : field.name, fieldPath);
    }
  };

  const schema = constants.get(name);
  if (schema === undefined) throw new Error(`there is no schema ${name}`);
  read(schema, '');
  return comments;
}

/**
 * @param {ts.CallExpression} call
 * @param {string} name
 */
function isCallOf(call, name) {
  return ts.isIdentifier(call.expression) && call.expression.text === name;
}
