export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
