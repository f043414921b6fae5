/** Hashes that test/runtimes/smoke.js must give in every runtime and tier: derived once by running, the same since. */
export const GOLDEN: Readonly<Record<string, string>> = {
  vectors: 'e95d7571a5770808',
  flat: '0687cd49fb1c0eeeb6c102687db9cdad',
  'flat file': '0bed5ec79129ae74',
  flatL2: '30692fbda80cd6da4d1904c5371a8fc8',
  'flatL2 file': '87e29a84f98b7feb',
  ivf: 'fe41b162cde439735c2bc159ecf78036',
  'ivf file': '5340ec9c749f21c7',
  ivfPq4: 'ddf21f67f8e756105b0565d5c400080a',
  'ivfPq4 file': 'a6f074729ea54d83',
  hnsw: 'f64f59f91682083ce67a56b6a88eb601',
  'hnsw file': '2a979f614c8acee2',
  lsh: '3cec467251d93811a8e24f7cf8ee93ff',
  'lsh file': 'cbfe135642d595b1',
  kMeans: 'a6600236dfc1e50530cd47b1d46007b8',
  csrMatrix: 'db766f8ecbaeb6f770abf0fc1a2b8489ff1fa2af491773c6',
  'csrMatrix npz': '997d03c807a1c98b39f94f624fc0faeb377d413d9c954d3a',
  'csrMatrix mtx': 'c2d1ff753e5ce5c039f94f624fc0faeb377d413d9c954d3a',
  truncatedSvd: 'c6af94a80a5aac45e63d4bcb8ee1f5903b3e45995706f8b06a99d871423bfbea23803704e6b7d55d',
  pca: '926b5b6628094a092da3d0cdcf641892357c789370057544130421a292dd8377',
  pageRank: '1547ac4961ea14964a6be0701f87f0f1',
  tfidf: 'a2a50d897d2c630046650b4fc98b79c6e3e0698128c757fa1f302f363f95df35',
  'tfidf file': 'b52004dee4b023dd',
  hashing: '4633b5e3a594b68acdde41d62d893407738feae6f79f1e75',
  bm25: 'f6ac356d9ab45998bfd76e8a50881957',
  'bm25 file': 'b9abb725431e9ca4',
  hybrid: '3071a46a1243ebef7036a1be5ef60c7b44a204383e87ace5c36cccc9fb0b7e143696efc9542b3d04ed00c8659c33ebb8',
  evaluate: '0a28d7472f052a4871c91247902fc8e63501cae53748e7ac',
  splits:
    'b993a425b2b92c4cdcc4eb535406953afc614bb84f9a64afc9df3435066075fc1d0944db4dcc867203f17f983e795c8f8b0e67548b4be0cd0b1b5d948c874f6ded9c5bb8e589135f9b8e6a39a69ec3d0102d84a67c2449ef013a337810bbfaef',
  ratings: '796de427cda7c98e2b4003b6747c7cdfbab4885d94c45bd278fa7785e28a3e8cedd49e270d0dff68',
  factorization: 'c6e6a45b81a33ce260526efd75827e1051654358d28084330fcf8aea9adc6a3b',
  'factorization partial': 'b519dcde5f6ffef1d59eff30195553d3ec53aefb32cab2dc692d138ded744404',
  'factorization folded': '2a1784ceae1a9e774889d463195d6718ff7ae4d44565c7cd16b9f6728e3a1a19',
  'factorization answers':
    '711f2d7758fd57de3196318e64ae06bfe82c65b28f2880bbf984798c7c01213b832d9e85da784a5c38d3f74b1e626c84896e7398b25fd17150bac0d28d5ffb6f',
  'factorization file': '93dbcf57675482f2',
  'factorization odd': '73463b5b1d6666e0ce3c1187e85a393e185e0b85d640860015059d709d21418d',
  'factorization odd partial': '11d84affe2a3d2a418b76a3f0e557b0042923fbf0fb1fc12e2255b90eb704795',
  'factorization odd folded': '3bf3670b304cd1acf62ac7f5c2c9d7b8451007b48414876dc248c7e63989354d',
  'factorization odd answers':
    '7c2851cb6438620257df195f0db9f57cac426d178919031e19d280d869da3567832d9e85da784a5cd389f26cfc3ceb09d59a5c76881441fff6780617ac37b1dc',
  'factorization odd file': 'b18a8c528132b32f',
  'factorization pure': '84e4d35a6bbca4e5f48aaee694c60019a2c38a090853709acd772ff343412fea',
  'factorization pure partial': '5dca20f23cc8714dc9f711d9d041c9147f8776b5c6a6b72492d493a51fea0fcc',
  'factorization pure folded': '5f975d602ec2cdcb9be17165ce48570c90ad8bc42c33717df88086a3ac011568',
  'factorization pure answers':
    '0958e00528380c6c5e953c901e2bf1d163c237a1b0caee08f375ca263a65293f671da6256eaf061c52f11568b30bca7339604abacca95ed346c141df2dbcd91e',
  'factorization pure file': '546dbd6004b1ee7f',
  als: 'e920567cdfaca249820831e94175bed4abf75a14eb307533f37ed9f5cf44d758',
  'als folded': '1f880f94239f81d589a8569c65bce8e58a525b97ef9e9980',
  'als answers':
    'b5ba4af4ec32c2fdc32e00889a1ab9ab6b4d42a4ba788c0dd86fc368a451be59a3b7c236e989a24fbc54b18e2a04a16bec15d05a3c890d938c781822487db19f',
  'als file': 'd27ef99b605962c8',
  'als cholesky': 'cf8da9cba7d942dece223bf5f48f9074ce8e7e990586ce0e19e86d4805cbb9cf',
  'als cholesky folded': '5f4a43d89d7b0e8d3b7145927347fcabd2f5a5b7069fe75c',
  'als cholesky answers':
    '083ceeef906db1660419d8be6aad6dd58512901f9c8fbcb60b1df6750e33c5f6a94feac09cf0b2f983fcfde8fe8a0211c20bcd28415bec014de94275af15f9f8',
  'als cholesky file': 'd9dd67c07865aaa1',
  'knn cosine':
    '193b9372a8252a0321bdd7873e9ade7e3d2d5fa20aaa3ded096d57ee77f8c0b7ab98317f2f4aed16b7fe9127f5e448449c44457da292e2029c44457da292e20201db0938c553212f',
  'knn cosine answers':
    'ebfaa3ea699542632ab10b6410fc0c09af1360da93b24fb38b17f49d14d646f2024beb116486a7284eabd083847128dc3dba1914a15666bd9aa1ae329e5b675f',
  'knn cosine file': '911e369d3e551906',
  'knn pearson':
    '36685755f22d78a419993befa872dbd64c4bc55c14911fe5096d57ee77f8c0b79b6ffb33b2fd5ea07f3e9e1de86cd37eccc1ad8423fec685ccc1ad8423fec685d55e0a98fe74b60f',
  'knn pearson answers':
    'a07d2fee75e51e876474ff822357ac6f9db7b68d04e31c2437fdc8e2a0088319a29204fefc9fb187efd800dbde4f9b02cd7f13696713e9a09af7fc0cca3c69a9',
  'knn pearson file': '1e1e984815341bab',
  popularity:
    '8059c29f6b5463a6dbcb72560c75935d23ab8b8a47474d9db7874ffd4c5772c0b7874ffd4c5772c06d2eade5190d7f8c',
  'popularity answers':
    '1a3fa3d418b4c5fd9ba3ac570975e63e38b67f56c82e8d9fcb52473e5fcc9e478f24a6d9a6c10dc06f24bae432456cc51a3fa3d418b4c5fd9ba3ac570975e63e',
  'popularity file': 'dcfead66e7a6c63b',
  trees:
    'bc7cfbe3415a50ba84eed2dc25b546a74ac8cb46894b1103a7410fc040eb83f352b4014b2294d7c283bbd588b6de95c9a3da948237cbdd2d7219a391f83fd47e',
  mlp: '47fb367b68973dd64cdeb15dbc5aef6257d9b51841de68e7d7ba0b5c8a1ff8d7f40e46deb659510bb2ee2abcc3a8141d',
  latency: 'a1e57b0fb71b8ffe',
};
