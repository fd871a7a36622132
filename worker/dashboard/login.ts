export const loginPage = (nonce: string): string => nonce
