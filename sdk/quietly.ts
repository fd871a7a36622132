/** The rim: whatever goes wrong inside, at once or later, the page never learns of it. Who calls need not wait. */
export const quietly =
  <Items extends unknown[]>(act: (...items: Items) => unknown): ((...items: Items) => unknown) =>
  async (...items) => {
    try {
      await act(...items)
    } catch {}
  }
