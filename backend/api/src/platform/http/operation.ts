import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { Problem } from './problem.js';

export interface OperationOptions {
  /** The public name of the operation in OpenAPI and in the generated client. */
  readonly id: string;
  readonly summary: string;
  /** Status of success; 200 where it is not given, 204 where nothing is returned. */
  readonly status?: number;
  /** The named schema of the answer, or the media type where the answer is not JSON. */
  readonly returns?: z.ZodType | `${string}/${string}`;
}

/** Declares a route to OpenAPI and sets its status of success. */
export function Operation(options: OperationOptions): MethodDecorator {
  const status = options.status ?? (options.returns === undefined ? 204 : 200);
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ operationId: options.id, summary: options.summary }),
    success(status, options),
    ApiResponse({ status: 'default', description: 'A problem', standardSchema: Problem }),
  );
}

function success(status: number, { returns, summary }: OperationOptions): MethodDecorator {
  if (returns === undefined) return ApiResponse({ status, description: summary });
  if (typeof returns === 'string') {
    return ApiResponse({
      status,
      description: summary,
      content: { [returns]: { schema: { type: 'string', format: 'binary' } } },
    });
  }
  return ApiResponse({ status, description: summary, standardSchema: returns });
}
