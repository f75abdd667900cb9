// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { recipes } from '../fake/experiments.js';
import { initialObject, readFields } from './parameterFields.js';
import { ParameterForm, type FormContext, type Values } from './ParameterForm.js';

afterEach(cleanup);

const context: FormContext = { references: (kind) => [`${kind}:one`], errorAt: () => undefined };

/** A form that keeps its values, and the way to read them. */
function renderForm(recipe: string, over: Partial<FormContext> = {}): () => Values {
  const fields = readFields(recipes.items.find((entry) => entry.recipe === recipe)?.schema);
  let current = initialObject(fields);
  function Form() {
    const [values, setValues] = useState(current);
    current = values;
    return (
      <ParameterForm
        fields={fields}
        values={values}
        path="steps.0.parameters"
        context={{ ...context, ...over }}
        onChange={setValues}
      />
    );
  }
  render(<Form />);
  return () => current;
}

describe('a recipe’s form', () => {
  it('shows the default of a number as a hint and sends only what was typed', () => {
    const values = renderForm('embed');
    const batchSize = screen.getByLabelText('Batch size');
    expect(batchSize.getAttribute('placeholder')).toBe('64');
    expect(values()).not.toHaveProperty('batchSize');
    fireEvent.change(batchSize, { target: { value: '32' } });
    expect(values().batchSize).toBe(32);
    fireEvent.change(batchSize, { target: { value: '' } });
    expect(values()).not.toHaveProperty('batchSize');
  });

  it('changes the fields with the variant of a choice', () => {
    const values = renderForm('finetune');
    const objective = screen.getByRole('group', { name: 'Objective' });
    fireEvent.mouseDown(within(objective).getByRole('combobox', { name: 'Kind' }));
    fireEvent.click(screen.getByRole('option', { name: 'contrastive' }));
    expect(values().objective).toMatchObject({ kind: 'contrastive' });
    expect(screen.getByLabelText('Temperature')).toBeTruthy();
  });

  it('leaves out an optional group until it is switched on', () => {
    const values = renderForm('finetune');
    expect(values()).not.toHaveProperty('architecture');
    fireEvent.click(screen.getByRole('switch', { name: 'Architecture' }));
    expect(values().architecture).toEqual({});
    fireEvent.change(screen.getByLabelText('Depth'), { target: { value: '2' } });
    expect(values().architecture).toEqual({ depth: 2 });
  });

  it('adds and removes rows of a list of objects', () => {
    const values = renderForm('evaluate');
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    expect(values().candidates).toHaveLength(1);
    fireEvent.click(screen.getByRole('button', { name: 'Remove Candidates 1' }));
    expect(values().candidates).toHaveLength(0);
  });

  it('puts the server’s complaint beside its field', () => {
    renderForm('embed', {
      errorAt: (path) => (path === 'steps.0.parameters.encoder' ? 'no step is called domain' : undefined),
    });
    expect(screen.getByText('no step is called domain')).toBeTruthy();
    expect(screen.getByLabelText(/^Encoder/).getAttribute('aria-invalid')).toBe('true');
  });
});
