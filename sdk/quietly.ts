/** The rim: whatever goes wrong inside, the page never learns of it. */
export const quietly =
  <Items extends unknown[]>(act: (...items: Items) => void) =>
  (...items: Items): void => {
    try {
      act(...items)
    } catch {}
  }
