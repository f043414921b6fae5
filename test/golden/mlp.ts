/** SHA-256 of the outputs of 37 rows by each activation, and of `toBytes()`: the same in every tier, runtime and version. */
export const GOLDEN = {
  relu: 'e97e255b2c78e73817a07e3714dc27cd880e6b0987d03d34197b0afa0757daf0',
  gelu: 'f0332916a516ca5fe45342e4101d0a5c0c7f7c119cc3ecb54a8b05887494fad4',
  'gelu-tanh': '980d897aa4779acc39f2f4c9d3dcb2bf6e49713fccb9585037bbb3a71d84c4cb',
  sigmoid: 'e3ab998bd8a9122a6cb6394b0b5f25b8fb484d927249af3c499d0ea9676e87e9',
  file: '5ad64fed0c60532c9d1beae093c8fa7f0273399f063bbbbc1d10c6c1e09db965',
} as const;
